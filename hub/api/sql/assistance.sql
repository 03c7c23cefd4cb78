-- name: list_assistance
-- A page of actions known at s that had happened at v; {conditions} are the filters, the other parts what the hub knew.
SELECT st.action, holder.household_id, founder.person_id, st.agency, st.reporter, st.programme, st.kind, st.need, st.level,
    st.amount_satang, st.quantity, st.unit, lower(st.valid), upper(st.valid), st.reported_at, e.recorded_at, st.sequence,
    st.corrected, st.help::text, ah.repeats
FROM {actions} AS st
JOIN event AS e ON e.sequence = st.sequence
LEFT JOIN action_household AS ah ON ah.action = st.action AND {known_anchor}
LEFT JOIN record AS holder ON holder.record = ah.household
LEFT JOIN person_member AS pm ON pm.member = ah.member AND {known_person}
LEFT JOIN member AS founder ON founder.member = pm.person
{placed}
WHERE {known_action} AND lower(st.valid) <= %(valid_at)s::timestamptz AND st.action > %(after)s AND {conditions}
ORDER BY st.action LIMIT %(limit)s;

-- name: sum_assistance
-- All the actions that the same filters let through: each help once, and apart what only reports one of them again.
WITH cleared AS MATERIALIZED (
    SELECT d.action FROM ({verdicts}) AS d WHERE d.class = 'D0' AND d.verdict IN ('complementary', 'dismissed')
),
listed AS (
    SELECT st.amount_satang, ah.household,
        ah.repeats IS NOT NULL AND st.action NOT IN (SELECT action FROM cleared) AS is_again
    FROM {actions} AS st
    LEFT JOIN action_household AS ah ON ah.action = st.action AND {known_anchor}
    {placed}
    WHERE {known_action} AND lower(st.valid) <= %(valid_at)s::timestamptz AND {conditions}
)
SELECT count(*) FILTER (WHERE NOT is_again), coalesce(sum(amount_satang) FILTER (WHERE NOT is_again), 0)::bigint,
    count(DISTINCT household), count(*) FILTER (WHERE is_again),
    coalesce(sum(amount_satang) FILTER (WHERE is_again), 0)::bigint
FROM listed;

-- name: resolve_person
-- The person that holds the founder of this id at s.
SELECT fact.person FROM member AS asked
JOIN person_member AS fact ON fact.member = asked.member AND fact.recorded @> %(sequence)s::bigint
WHERE asked.person_id = %(person_id)s;

-- name: list_actions_of_household
-- The actions that belong to a household at s.
SELECT ah.action FROM action_household AS ah
WHERE ah.household = %(household)s AND ah.recorded @> %(sequence)s::bigint;

-- name: list_actions_of_person
-- The actions that name a person at s.
SELECT ah.action FROM person_member AS fact
JOIN member AS m ON m.member = fact.member
JOIN action_household AS ah ON ah.record = m.record AND ah.member = fact.member AND ah.recorded @> %(sequence)s::bigint
WHERE fact.person = %(person)s AND fact.recorded @> %(sequence)s::bigint;

-- name: has_reported
-- Whether an agency has reported help of another giver by s.
SELECT EXISTS (SELECT FROM action_state WHERE reporter = %(agency)s AND lower(recorded) <= %(sequence)s::bigint);
