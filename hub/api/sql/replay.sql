-- name: list_replay_sequences
-- A page of the sequences of a history; {conditions} are what it is of, what is asked of it, and the rights of who asks.
SELECT e.sequence FROM event AS e
WHERE e.sequence >= %(after)s::bigint AND e.sequence <= %(sequence)s::bigint AND {conditions}
ORDER BY e.sequence LIMIT %(limit)s;

-- name: find_replay_before
-- The event of the same history before a sequence.
SELECT e.sequence FROM event AS e
WHERE e.sequence < %(after)s::bigint AND e.sequence <= %(sequence)s::bigint AND {conditions}
ORDER BY e.sequence DESC LIMIT 1;

-- name: fetch_replay_events
-- These events with what each of them said, and what it said before where it speaks of the same statement or action again.
SELECT e.sequence, e.type, e.happened_at, e.reported_at, e.recorded_at, e.source, e.agency,
    v.period, v.withdrawn, (v.document -> 'members')::text, older.withdrawn,
    st.programme, st.kind, st.need, st.amount_satang, st.reporter, upper(st.valid), st.quantity, st.help::text,
    former.programme, former.kind, former.need, former.amount_satang, lower(former.valid), upper(former.valid), former.quantity,
    d.finding, d.verdict, d.actor, d.words ->> 'text',
    step.step, step.sender, step.receiver, step.need, step.due_at, step.words ->> 'text'
FROM event AS e
LEFT JOIN record_version AS v ON v.sequence = e.sequence
LEFT JOIN LATERAL (
    SELECT p.withdrawn FROM record_version AS p
    WHERE p.record = v.record AND p.period = v.period AND p.sequence < v.sequence ORDER BY p.sequence DESC LIMIT 1
) AS older ON true
LEFT JOIN action_state AS st ON st.action = e.action AND st.sequence = e.sequence
LEFT JOIN LATERAL (
    SELECT p.programme, p.kind, p.need, p.amount_satang, p.valid, p.quantity FROM action_state AS p
    WHERE p.action = e.action AND p.sequence < e.sequence ORDER BY p.sequence DESC LIMIT 1
) AS former ON true
LEFT JOIN finding_decision AS d ON d.sequence = e.sequence
LEFT JOIN LATERAL (
    SELECT r.step, r.sender, r.receiver, r.need, r.due_at, r.words FROM referral AS r
    WHERE starts_with(e.type, 'referral.') AND r.sequence = e.sequence ORDER BY lower(r.recorded) LIMIT 1
) AS step ON true
WHERE e.sequence = ANY(%(sequences)s::bigint[]) ORDER BY e.sequence;

-- name: list_replay_households
-- The households that each of these events is about, as known before it and after it.
SELECT DISTINCT e.sequence, found.household
FROM event AS e
CROSS JOIN LATERAL (
    SELECT hr.household FROM household_record AS hr
    WHERE hr.record = e.record AND (hr.recorded @> e.sequence OR hr.recorded @> e.sequence - 1)
    UNION ALL
    SELECT ah.household FROM action_household AS ah
    WHERE ah.action = e.action AND (ah.recorded @> e.sequence OR ah.recorded @> e.sequence - 1)
    UNION ALL
    SELECT hr.household FROM finding_decision AS d
    JOIN household_record AS hr ON hr.recorded @> e.sequence AND hr.record =
        CASE WHEN d.finding ~ '^(UN|D3)-[0-9]{1,18}-' THEN split_part(d.finding, '-', 2)::bigint END
    WHERE d.sequence = e.sequence
    UNION ALL
    SELECT ah.household FROM finding_decision AS d
    JOIN action_household AS ah ON ah.recorded @> e.sequence AND ah.action =
        CASE WHEN d.finding ~ '^(D[012]|MT)-[0-9]{1,18}' THEN split_part(d.finding, '-', 2)::bigint END
    WHERE d.sequence = e.sequence
    UNION ALL
    SELECT hr.household FROM referral AS r JOIN household_record AS hr ON hr.record = r.record AND hr.recorded @> e.sequence
    WHERE starts_with(e.type, 'referral.') AND r.sequence = e.sequence
) AS found
WHERE e.sequence = ANY(%(sequences)s::bigint[]) ORDER BY e.sequence, found.household;

-- name: list_replay_states
-- Households at v as known at one sequence each: records, people, needs, level, standing, help counted once, findings with their state.
SELECT asked.household, asked.sequence, founder.household_id, s.amphoe,
    (SELECT array_agg(r.source || ' #' || hr.record ORDER BY hr.record) FROM household_record AS hr JOIN record AS r USING (record)
        WHERE hr.household = asked.household AND hr.recorded @> asked.sequence),
    s.persons, s.level, s.standing, s.health, s.living, s.education, s.income, s.accessibility,
    given.actions, given.satang, given.repeated, found.findings
FROM unnest(%(households)s::bigint[], %(sequences)s::bigint[]) AS asked (household, sequence)
JOIN record AS founder ON founder.record = asked.household
LEFT JOIN {states} AS s ON s.household = asked.household AND s.recorded @> asked.sequence AND s.valid @> %(valid_at)s::timestamptz
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE one.counts) AS actions, coalesce(sum(one.satang) FILTER (WHERE one.counts), 0)::bigint AS satang,
        count(*) FILTER (WHERE NOT one.counts) AS repeated
    FROM (
        SELECT st.amount_satang AS satang, ah.repeats IS NULL OR coalesce((
            SELECT d.verdict IN ('complementary', 'dismissed') FROM finding_decision AS d
            WHERE d.finding = 'D0-' || ah.action || '-' || ah.repeats AND d.sequence <= asked.sequence
                AND d.happened_at >= lower(st.valid)
            ORDER BY d.sequence DESC LIMIT 1
        ), false) AS counts
        FROM action_household AS ah
        JOIN {actions} AS st ON st.action = ah.action AND st.recorded @> asked.sequence
        WHERE ah.household = asked.household AND ah.recorded @> asked.sequence AND lower(st.valid) <= %(valid_at)s::timestamptz
    ) AS one
) AS given
CROSS JOIN LATERAL (
    SELECT array_agg(f.class || '/' || f.need || '/' || coalesce((
        SELECT d.verdict FROM finding_decision AS d
        WHERE d.sequence <= asked.sequence AND f.valid @> d.happened_at AND d.finding IN (
            SELECT CASE f.class
                WHEN 'unserved' THEN 'UN-' || link.record || '-' || f.need
                WHEN 'mistargeted' THEN 'MT-' || f.action
                ELSE f.class || '-' || f.action || '-' || f.other END
            FROM household_record AS link WHERE link.household = f.household AND link.recorded @> asked.sequence
        )
        ORDER BY d.sequence DESC LIMIT 1
    ), 'suspected') ORDER BY f.class COLLATE "C", f.need COLLATE "C", f.action) AS findings
    FROM {findings} AS f
    WHERE f.household = asked.household AND f.recorded @> asked.sequence AND f.valid @> %(valid_at)s::timestamptz
) AS found;

-- name: replay_inside
-- Events about the households of an area; {records} and {helped} say which, {others} whether events about no household count too.
(
    e.record IN ({records}) OR e.action IN ({helped})
    OR starts_with(e.type, 'referral.') AND e.sequence IN (
        SELECT step.sequence FROM referral AS step WHERE step.referral IN (
            SELECT known.referral FROM referral AS known
            WHERE known.record IN ({records}) AND known.recorded @> %(sequence)s::bigint
        )
    )
    OR starts_with(e.type, 'finding.') AND e.sequence IN (
        SELECT d.sequence FROM finding_decision AS d
        WHERE CASE WHEN d.finding ~ '^(UN|D3)-[0-9]{{1,18}}-' THEN split_part(d.finding, '-', 2)::bigint END IN ({records})
            OR CASE WHEN d.finding ~ '^(D[012]|MT)-[0-9]{{1,18}}' THEN split_part(d.finding, '-', 2)::bigint END IN ({helped})
    )
    OR {others}
);

-- name: replay_records
-- The records of the households that were known at s to be in an area at any time; {here} says in which.
SELECT hr.record FROM household_record AS hr JOIN {states} AS s ON s.household = hr.household
WHERE hr.recorded @> %(sequence)s::bigint AND s.recorded @> %(sequence)s::bigint AND {here};

-- name: replay_helped
-- The actions that belong to these records at s, or did when they were voided.
SELECT ah.action FROM action_household AS ah
WHERE ah.record IN ({records}) AND (
    ah.recorded @> %(sequence)s::bigint
    OR EXISTS (
        SELECT FROM event AS void
        WHERE void.sequence = upper(ah.recorded) AND void.sequence <= %(sequence)s::bigint
            AND void.action = ah.action AND void.type = 'assistance.voided.v1'
    )
);
