-- name: list_households
-- A page of households at (v, s), by founder; {conditions} are the filters.
SELECT s.household, founder.household_id, s.amphoe, s.tambon, s.moo, s.sources, s.in_sources, s.persons,
    s.health, s.living, s.education, s.income, s.accessibility,
    s.level, s.head_name, s.house_code, s.house_no, ST_X(s.geom), ST_Y(s.geom)
FROM {states} AS s JOIN record AS founder ON founder.record = s.household
WHERE s.valid @> %(valid_at)s::timestamptz AND s.household > %(after)s AND {conditions}
ORDER BY s.household LIMIT %(limit)s;

-- name: count_all_households
-- All households that the same filters let through.
SELECT count(*) FROM {states} AS s WHERE s.valid @> %(valid_at)s::timestamptz AND {conditions};

-- name: household_has_finding
-- A finding of one of these classes stands at (v, s) as a problem.
s.household IN (
    SELECT f.household FROM {findings} AS f
    LEFT JOIN ({verdicts}) AS d ON d.household = f.household AND d.class = f.class AND d.need = f.need AND d.action = f.action
    WHERE f.class = ANY(%(classes)s::text[]) AND {known} AND f.valid @> %(valid_at)s::timestamptz AND coalesce(d.verdict, 'suspected') = ANY({problems})
);

-- name: household_is_undecided
-- The household might be one with another that exists at (v, s): nobody and nothing has decided it.
s.household IN (
    SELECT here.household
    FROM link_edge AS edge
    CROSS JOIN LATERAL (VALUES (edge.a, edge.b), (edge.b, edge.a)) AS side (record, other)
    JOIN household_record AS here ON here.record = side.record AND {known_here}
    JOIN household_record AS there ON there.record = side.other AND {known_there} AND there.household <> here.household
    JOIN {states} AS st ON st.household = there.household AND {known_state} AND st.valid @> %(valid_at)s::timestamptz
    WHERE edge.level = 'undecided' AND {known_edge}
);

-- name: household_is_helped
-- Some help that belongs to the household at s had happened at v.
EXISTS (
    SELECT FROM action_household AS ah JOIN {actions} AS st ON st.action = ah.action AND {known_action}
    WHERE ah.household = s.household AND {known_anchor} AND lower(st.valid) <= %(valid_at)s::timestamptz
);

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
    s.level, s.head_name, s.house_code, s.house_no, ST_X(s.geom), ST_Y(s.geom), s.basis, s.standing
FROM {states} AS s JOIN record AS founder ON founder.record = s.household
WHERE s.household = %(household)s::bigint AND s.recorded @> %(sequence)s::bigint AND s.valid @> %(valid_at)s::timestamptz;

-- name: fetch_newest_amphoe
-- Where a household was last known to be, whenever that was.
SELECT amphoe FROM household_state
WHERE household = %(household)s::bigint AND recorded @> %(sequence)s::bigint ORDER BY lower(valid) DESC LIMIT 1;

-- name: fetch_statements
-- The statements of a basis, the oldest first.
SELECT v.sequence, r.source, v.period, v.happened_at, v.reported_at, e.recorded_at, v.amphoe, v.tambon, v.document::text
FROM record_version AS v JOIN record AS r USING (record) JOIN event AS e ON e.sequence = v.sequence
WHERE v.sequence = ANY(%(basis)s::bigint[]) ORDER BY v.happened_at, v.sequence;

-- name: list_household_statements
-- Every statement on which a household ever rested over the world's time, as known at s, the oldest first.
SELECT v.sequence, r.source, v.period, v.happened_at, v.reported_at, e.recorded_at, v.amphoe, v.tambon, v.document::text
FROM record_version AS v JOIN record AS r USING (record) JOIN event AS e ON e.sequence = v.sequence
WHERE v.sequence IN (
    SELECT unnest(s.basis) FROM {states} AS s
    WHERE s.household = %(household)s::bigint AND s.recorded @> %(sequence)s::bigint
)
ORDER BY v.happened_at, v.sequence;

-- name: list_household_persons
-- The persons at s of all members of the records of a household, and whether another household has a record that lists them.
SELECT fact.member, fact.person, founder.person_id, EXISTS (
    SELECT FROM person_member AS near
    JOIN member AS far ON far.member = near.member
    JOIN household_record AS there ON there.record = far.record AND there.recorded @> %(sequence)s::bigint
    WHERE near.person = fact.person AND near.recorded @> %(sequence)s::bigint AND there.household <> %(household)s::bigint
)
FROM household_record AS link
JOIN member AS m ON m.record = link.record
JOIN person_member AS fact ON fact.member = m.member AND fact.recorded @> %(sequence)s::bigint
JOIN member AS founder ON founder.member = fact.person
WHERE link.household = %(household)s::bigint AND link.recorded @> %(sequence)s::bigint;

-- name: fetch_homes
-- The household at which each of these persons is at home at (v, s): that of the newest statement that lists the person.
SELECT DISTINCT ON (known.person) known.person, known.household
FROM (
    SELECT fact.person, m.member, m.record, link.household
    FROM person_member AS fact
    JOIN member AS m ON m.member = fact.member
    JOIN household_record AS link ON link.record = m.record AND link.recorded @> %(sequence)s::bigint
    WHERE fact.person = ANY(%(persons)s::bigint[]) AND fact.recorded @> %(sequence)s::bigint
) AS known
CROSS JOIN LATERAL (
    SELECT s.basis FROM {states} AS s
    WHERE s.household = known.household AND s.recorded @> %(sequence)s::bigint AND s.valid @> %(valid_at)s::timestamptz
    OFFSET 0
) AS standing
CROSS JOIN LATERAL (
    SELECT v.sequence, v.happened_at FROM record_version AS v
    WHERE v.sequence = ANY(standing.basis) AND v.record = known.record
        AND EXISTS (
            SELECT FROM json_array_elements(v.document -> 'members') AS listed
            WHERE (listed ->> 'id')::bigint = known.member
        )
    OFFSET 0
) AS said
ORDER BY known.person, said.happened_at DESC, said.sequence DESC;

-- name: list_aliases
-- The other household ids that resolve here at s.
SELECT r.household_id FROM household_record AS link JOIN record AS r USING (record)
WHERE link.household = %(household)s::bigint AND link.recorded @> %(sequence)s::bigint AND link.record <> link.household
ORDER BY link.record;

-- name: sum_household_help
-- Help of one household at s that had happened at v, each once: a second report counts apart unless people say that it is help of its own.
SELECT count(*) FILTER (WHERE given.counts), coalesce(sum(given.satang) FILTER (WHERE given.counts), 0)::bigint,
    count(*) FILTER (WHERE NOT given.counts)
FROM (
    SELECT st.amount_satang AS satang, ah.repeats IS NULL OR coalesce((
        SELECT d.verdict IN ('complementary', 'dismissed') FROM finding_decision AS d
        WHERE d.finding = 'D0-' || ah.action || '-' || ah.repeats AND d.sequence <= %(sequence)s::bigint
            AND d.happened_at >= lower(st.valid)
        ORDER BY d.sequence DESC LIMIT 1
    ), false) AS counts
    FROM action_household AS ah
    JOIN {actions} AS st ON st.action = ah.action AND st.recorded @> %(sequence)s::bigint
    WHERE ah.household = %(household)s::bigint AND ah.recorded @> %(sequence)s::bigint
        AND lower(st.valid) <= %(valid_at)s::timestamptz
) AS given;

-- name: list_household_findings
-- Findings of one household that stand at (v, s), each with the newest decision of its stretch.
SELECT f.class, f.need, f.action, f.other, f.reason, f.satang, f.rules, lower(f.valid), upper(f.valid), decided.verdict
FROM {findings} AS f
LEFT JOIN LATERAL (
    SELECT d.verdict FROM finding_decision AS d
    WHERE d.sequence <= %(sequence)s::bigint AND f.valid @> d.happened_at AND d.finding IN (
        SELECT CASE f.class
            WHEN 'unserved' THEN 'UN-' || link.record || '-' || f.need
            WHEN 'mistargeted' THEN 'MT-' || f.action
            ELSE f.class || '-' || f.action || '-' || f.other END
        FROM household_record AS link
        WHERE link.household = f.household AND link.recorded @> %(sequence)s::bigint
    )
    ORDER BY d.sequence DESC LIMIT 1
) AS decided ON true
WHERE f.household = %(household)s::bigint AND f.recorded @> %(sequence)s::bigint AND f.valid @> %(valid_at)s::timestamptz
ORDER BY f.class COLLATE "C", f.need COLLATE "C", f.action;
