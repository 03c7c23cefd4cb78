-- name: list_assistance
-- A page of actions known at s that had happened at v; {conditions} are the filters, the other parts what the hub knew.
SELECT st.action, holder.household_id, founder.person_id, st.agency, st.reporter, st.programme, st.kind, st.need, st.level,
    st.amount_satang, st.quantity, st.unit, lower(st.valid), upper(st.valid), st.reported_at, e.recorded_at, st.sequence,
    st.corrected, st.help::text
FROM action_state AS st
JOIN event AS e ON e.sequence = st.sequence
LEFT JOIN action_household AS ah ON ah.action = st.action AND {known_anchor}
LEFT JOIN household_record AS hr ON hr.record = ah.record AND {known_link}
LEFT JOIN record AS holder ON holder.record = hr.household
LEFT JOIN person_member AS pm ON pm.member = ah.member AND {known_person}
LEFT JOIN member AS founder ON founder.member = pm.person
{placed}
WHERE {known_action} AND lower(st.valid) <= %(valid_at)s::timestamptz AND st.action > %(after)s AND {conditions}
ORDER BY st.action LIMIT %(limit)s;

-- name: sum_assistance
-- All the actions that the same filters let through.
SELECT count(*), coalesce(sum(st.amount_satang), 0)::bigint, count(DISTINCT hr.household)
FROM action_state AS st
LEFT JOIN action_household AS ah ON ah.action = st.action AND {known_anchor}
LEFT JOIN household_record AS hr ON hr.record = ah.record AND {known_link}
{placed}
WHERE {known_action} AND lower(st.valid) <= %(valid_at)s::timestamptz AND {conditions};

-- name: resolve_person
-- The person that holds the founder of this id at s.
SELECT fact.person FROM member AS asked
JOIN person_member AS fact ON fact.member = asked.member AND fact.recorded @> %(sequence)s::bigint
WHERE asked.person_id = %(person_id)s;

-- name: list_actions_of_household
-- The actions that belong to a household at s.
SELECT ah.action FROM household_record AS link
JOIN action_household AS ah ON ah.record = link.record AND ah.recorded @> %(sequence)s::bigint
WHERE link.household = %(household)s AND link.recorded @> %(sequence)s::bigint;

-- name: list_actions_of_person
-- The actions that name a person at s.
SELECT ah.action FROM person_member AS fact
JOIN member AS m ON m.member = fact.member
JOIN action_household AS ah ON ah.record = m.record AND ah.member = fact.member AND ah.recorded @> %(sequence)s::bigint
WHERE fact.person = %(person)s AND fact.recorded @> %(sequence)s::bigint;
