-- name: list_record_rows
-- Everything that the records told which belong to a household at s, by sequence.
SELECT v.sequence, v.withdrawn, e.happened_at, e.reported_at, e.recorded_at, e.source, v.period, v.record,
    v.document -> 'house' IS NULL OR json_typeof(v.document -> 'house') = 'null', (v.document -> 'members')::text
FROM household_record AS link
JOIN record_version AS v ON v.record = link.record AND v.sequence <= %(sequence)s
JOIN event AS e ON e.sequence = v.sequence
WHERE link.household = %(household)s::bigint AND link.recorded @> %(sequence)s::bigint
ORDER BY v.sequence;

-- name: list_link_rows
-- Records that came to a household or left it by s, but for its founder, whose coming is the household; with the strongest link of that moment.
SELECT bounds.sequence, bounds.formed, e.happened_at, e.reported_at, e.recorded_at, r.source, r.household_id, edge.rule, edge.score
FROM household_record AS link
JOIN record AS r USING (record)
CROSS JOIN LATERAL (
    VALUES (lower(link.recorded), true, lower(link.recorded)), (upper(link.recorded), false, upper(link.recorded) - 1)
) AS bounds (sequence, formed, known)
JOIN event AS e ON e.sequence = bounds.sequence
LEFT JOIN LATERAL (
    -- From the records of the household: by b alone the exclusion index, which begins with a, would be read from end to end.
    SELECT found.rule, found.score
    FROM (
        SELECT record FROM household_record WHERE household = link.household AND recorded @> bounds.known OFFSET 0
    ) AS near
    CROSS JOIN LATERAL (
        SELECT rule, score FROM link_edge
        WHERE a = link.record AND b = near.record AND level = 'household' AND recorded @> bounds.known
        UNION ALL
        SELECT rule, score FROM link_edge
        WHERE a = near.record AND b = link.record AND level = 'household' AND recorded @> bounds.known
    ) AS found
    ORDER BY found.score DESC, near.record LIMIT 1
) AS edge ON true
WHERE link.household = %(household)s::bigint AND link.record <> link.household AND bounds.sequence <= %(sequence)s;

-- name: list_state_rows
-- A household over the world's time, as known at s.
SELECT lower(s.valid), upper(s.valid), lower(s.recorded), s.basis, s.level, s.standing,
    s.health, s.living, s.education, s.income, s.accessibility
FROM {states} AS s
WHERE s.household = %(household)s::bigint AND s.recorded @> %(sequence)s::bigint ORDER BY lower(s.valid);

-- name: list_help_rows
-- Everything recorded about the actions that belong to a household at s, voided ones among them.
WITH last_anchor AS (
    SELECT DISTINCT ON (ah.action) ah.action, ah.record, ah.recorded
    FROM action_household AS ah
    WHERE lower(ah.recorded) <= %(sequence)s AND ah.action IN (
        SELECT near.action FROM household_record AS link JOIN action_household AS near ON near.record = link.record
        WHERE link.household = %(household)s::bigint AND link.recorded @> %(sequence)s::bigint
            AND lower(near.recorded) <= %(sequence)s
    )
    ORDER BY ah.action, lower(ah.recorded) DESC
)
SELECT e.sequence, e.type, e.happened_at, e.reported_at, e.recorded_at, e.source, e.agency, e.action,
    st.programme, st.kind, st.need, st.amount_satang, st.reporter, upper(st.valid), st.quantity
FROM last_anchor AS last
JOIN household_record AS link ON link.record = last.record AND link.recorded @> %(sequence)s::bigint
JOIN event AS e ON e.action = last.action AND e.sequence <= %(sequence)s
LEFT JOIN action_state AS st ON st.action = e.action AND st.sequence = e.sequence
WHERE link.household = %(household)s::bigint
    AND (
        last.recorded @> %(sequence)s::bigint
        OR (
            EXISTS (
                SELECT FROM event AS void
                WHERE void.sequence = upper(last.recorded) AND void.action = last.action
                    AND void.type = 'assistance.voided.v1'
            )
            AND NOT EXISTS (
                SELECT FROM action_state AS standing
                WHERE standing.action = last.action AND standing.recorded @> %(sequence)s::bigint
            )
        )
    )
ORDER BY e.sequence;

-- name: list_finding_rows
-- Findings of a household over the world's time as known at s, each with the event that brought it to light.
SELECT f.class, f.need, f.action, f.other, f.satang, lower(f.valid), upper(f.valid),
    e.sequence, e.reported_at, e.recorded_at, e.source, st.agency
FROM {findings} AS f
JOIN event AS e ON e.sequence = lower(f.recorded)
LEFT JOIN {actions} AS st ON st.action = f.action AND st.recorded @> %(sequence)s::bigint
WHERE f.household = %(household)s::bigint AND f.recorded @> %(sequence)s::bigint;

-- name: list_decision_rows
-- What people decided by s about the findings with these ids.
SELECT d.sequence, d.finding, d.verdict, d.actor, e.happened_at, e.reported_at, e.recorded_at, e.source, d.words ->> 'text'
FROM finding_decision AS d JOIN event AS e USING (sequence)
WHERE d.finding = ANY(%(findings)s::text[]) AND d.sequence <= %(sequence)s;

-- name: list_finding_ids
-- The ids of every finding that a household ever had by s, under whatever founder its records had.
SELECT DISTINCT f.class, f.household, f.need, f.action, f.other
FROM household_record AS link
JOIN finding AS f ON f.household = link.record AND lower(f.recorded) <= %(sequence)s
WHERE link.household = %(household)s::bigint AND link.recorded @> %(sequence)s::bigint;

-- name: list_referral_rows
-- Every step, known at s, of the referrals about a household.
SELECT DISTINCT ON (step.sequence) step.sequence, step.referral, step.step, step.sender, step.receiver, step.need, step.due_at,
    e.happened_at, e.reported_at, e.recorded_at, e.source, step.action, step.words ->> 'text'
FROM referral AS step JOIN event AS e ON e.sequence = step.sequence
WHERE step.sequence <= %(sequence)s AND step.referral IN (
    SELECT known.referral FROM household_record AS link
    JOIN referral AS known ON known.record = link.record AND known.recorded @> %(sequence)s::bigint
    WHERE link.household = %(household)s::bigint AND link.recorded @> %(sequence)s::bigint
)
ORDER BY step.sequence, lower(step.recorded) DESC;

-- name: list_erasures
-- The erasures known at s. There are few; asked only where something is gone.
SELECT sequence, happened_at, reported_at, recorded_at, source FROM event
WHERE type = 'subject.erased.v1' AND sequence <= %(sequence)s ORDER BY sequence;

-- name: list_subjects
-- The pseudonyms under which the records of a household and their members are sealed.
SELECT encode(r.pseudonym, 'hex') FROM household_record AS link JOIN record AS r USING (record)
WHERE link.household = %(household)s::bigint AND link.recorded @> %(sequence)s::bigint
UNION ALL
SELECT encode(m.pseudonym, 'hex') FROM household_record AS link JOIN member AS m USING (record)
WHERE link.household = %(household)s::bigint AND link.recorded @> %(sequence)s::bigint;

-- name: fetch_events
-- These events as the projection keeps them.
SELECT sequence, happened_at, reported_at, recorded_at, source FROM event WHERE sequence = ANY(%(sequences)s::bigint[]);
