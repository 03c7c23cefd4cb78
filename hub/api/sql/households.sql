-- name: list_households
-- A page of households at (v, s), by founder; {conditions} are the filters.
SELECT s.household, founder.household_id, s.amphoe, s.tambon, s.moo, s.sources, s.in_sources, s.persons,
    s.health, s.living, s.education, s.income, s.accessibility,
    s.level, s.head_name, s.house_code, s.house_no, ST_X(s.geom), ST_Y(s.geom)
FROM household_state AS s JOIN record AS founder ON founder.record = s.household
WHERE s.valid @> %(valid_at)s::timestamptz AND s.household > %(after)s AND {conditions}
ORDER BY s.household LIMIT %(limit)s;

-- name: resolve_household
-- The household that holds the founder of this id at s.
SELECT link.household, holder.household_id, holder.source
FROM record AS asked
JOIN household_record AS link ON link.record = asked.record AND link.recorded @> %(sequence)s::bigint
JOIN record AS holder ON holder.record = link.household
WHERE asked.household_id = %(household_id)s;

-- name: fetch_household
-- One household at (v, s), with the statements it rests on.
SELECT s.household, founder.household_id, s.amphoe, s.tambon, s.moo, s.sources, s.in_sources, s.persons,
    s.health, s.living, s.education, s.income, s.accessibility,
    s.level, s.head_name, s.house_code, s.house_no, ST_X(s.geom), ST_Y(s.geom), s.basis
FROM household_state AS s JOIN record AS founder ON founder.record = s.household
WHERE s.household = %(household)s AND s.recorded @> %(sequence)s::bigint AND s.valid @> %(valid_at)s::timestamptz;

-- name: fetch_newest_amphoe
-- Where a household was last known to be, whenever that was.
SELECT amphoe FROM household_state
WHERE household = %(household)s AND recorded @> %(sequence)s::bigint ORDER BY lower(valid) DESC LIMIT 1;

-- name: fetch_statements
-- The statements of a basis, the oldest first.
SELECT v.sequence, r.source, v.period, v.happened_at, v.reported_at, e.recorded_at, v.amphoe, v.tambon, v.document::text
FROM record_version AS v JOIN record AS r USING (record) JOIN event AS e ON e.sequence = v.sequence
WHERE v.sequence = ANY(%(basis)s::bigint[]) ORDER BY v.happened_at, v.sequence;

-- name: fetch_persons
-- The persons of these members at s.
SELECT fact.member, fact.person, founder.person_id
FROM person_member AS fact JOIN member AS founder ON founder.member = fact.person
WHERE fact.member = ANY(%(members)s::bigint[]) AND fact.recorded @> %(sequence)s::bigint;

-- name: fetch_homes
-- The household at which each of these persons is at home at (v, s): that of the newest statement that lists the person.
SELECT DISTINCT ON (fact.person) fact.person, s.household
FROM person_member AS fact
JOIN member AS m ON m.member = fact.member
JOIN household_record AS link ON link.record = m.record AND link.recorded @> %(sequence)s::bigint
JOIN household_state AS s ON s.household = link.household
    AND s.recorded @> %(sequence)s::bigint AND s.valid @> %(valid_at)s::timestamptz
JOIN record_version AS v ON v.sequence = ANY(s.basis) AND v.record = m.record
WHERE fact.person = ANY(%(persons)s::bigint[]) AND fact.recorded @> %(sequence)s::bigint
    AND EXISTS (
        SELECT FROM json_array_elements(v.document -> 'members') AS listed WHERE (listed ->> 'id')::bigint = m.member
    )
ORDER BY fact.person, v.happened_at DESC, v.sequence DESC;

-- name: list_aliases
-- The other household ids that resolve here at s.
SELECT r.household_id FROM household_record AS link JOIN record AS r USING (record)
WHERE link.household = %(household)s AND link.recorded @> %(sequence)s::bigint AND link.record <> link.household
ORDER BY link.record;

-- name: sum_household_help
-- The actions that belong to one household at s and had happened at v.
SELECT count(*), coalesce(sum(st.amount_satang), 0)::bigint
FROM household_record AS link
JOIN action_household AS ah ON ah.record = link.record AND ah.recorded @> %(sequence)s::bigint
JOIN action_state AS st ON st.action = ah.action AND st.recorded @> %(sequence)s::bigint
WHERE link.household = %(household)s AND link.recorded @> %(sequence)s::bigint
    AND lower(st.valid) <= %(valid_at)s::timestamptz;
