-- name: list_record_rows
-- Statements received and withdrawn, of the records that belong to a household at s.
SELECT v.sequence, v.withdrawn, e.happened_at, e.reported_at, e.recorded_at, e.source, v.period,
    coalesce(json_array_length(v.document -> 'members'), 0)
FROM household_record AS link
JOIN record_version AS v ON v.record = link.record AND v.sequence <= %(sequence)s
JOIN event AS e ON e.sequence = v.sequence
WHERE link.household = %(household)s AND link.recorded @> %(sequence)s::bigint;

-- name: list_link_rows
-- Records that came to a household or left it by s, but for its founder, whose coming is the household.
SELECT bounds.sequence, bounds.formed, e.happened_at, e.reported_at, e.recorded_at, r.source, r.household_id
FROM household_record AS link
JOIN record AS r USING (record)
CROSS JOIN LATERAL (VALUES (lower(link.recorded), true), (upper(link.recorded), false)) AS bounds (sequence, formed)
JOIN event AS e ON e.sequence = bounds.sequence
WHERE link.household = %(household)s AND link.record <> link.household AND bounds.sequence <= %(sequence)s;

-- name: list_help_rows
-- Everything recorded about the actions that belong to a household at s, voided ones among them.
WITH last_anchor AS (
    SELECT DISTINCT ON (ah.action) ah.action, ah.record, ah.recorded
    FROM action_household AS ah
    WHERE lower(ah.recorded) <= %(sequence)s AND ah.action IN (
        SELECT near.action FROM household_record AS link JOIN action_household AS near ON near.record = link.record
        WHERE link.household = %(household)s AND link.recorded @> %(sequence)s::bigint
            AND lower(near.recorded) <= %(sequence)s
    )
    ORDER BY ah.action, lower(ah.recorded) DESC
)
SELECT e.sequence, e.type, e.happened_at, e.reported_at, e.recorded_at, e.source, e.agency, e.action,
    st.programme, st.kind, st.need, st.amount_satang
FROM last_anchor AS last
JOIN household_record AS link ON link.record = last.record AND link.recorded @> %(sequence)s::bigint
JOIN event AS e ON e.action = last.action AND e.sequence <= %(sequence)s
LEFT JOIN action_state AS st ON st.action = e.action AND st.sequence = e.sequence
WHERE link.household = %(household)s
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
    );
