-- name: finding_verdicts
-- What people decided by s about the findings that stand at (v, s): one row per such finding, the newest decision of its stretch.
WITH decided AS MATERIALIZED (
    SELECT sequence, verdict, happened_at, split_part(finding, '-', 1) AS prefix,
        split_part(finding, '-', 2)::bigint AS number, split_part(finding, '-', 3) AS rest
    FROM finding_decision
    WHERE sequence <= %(sequence)s::bigint AND finding ~ '^(D[012]-[0-9]{{1,18}}-[0-9]{{1,18}}|MT-[0-9]{{1,18}}|UN-[0-9]{{1,18}}-[a-z]+)$'
)
SELECT DISTINCT ON (household, class, need, action) household, class, need, action, verdict
FROM (
    SELECT f.household, f.class, f.need, f.action, d.verdict, d.sequence
    FROM decided AS d
    JOIN {findings} AS f ON f.action = d.number AND f.action <> 0
        AND f.class = CASE d.prefix WHEN 'MT' THEN 'mistargeted' ELSE d.prefix END
        AND (d.prefix = 'MT' OR f.other::text = d.rest)
    WHERE d.prefix <> 'UN' AND {known} AND f.valid @> %(valid_at)s::timestamptz AND f.valid @> d.happened_at
    UNION ALL
    SELECT f.household, f.class, f.need, f.action, d.verdict, d.sequence
    FROM decided AS d
    JOIN household_record AS hr ON hr.record = d.number AND {known_link}
    JOIN {findings} AS f ON f.household = hr.household AND f.class = 'unserved' AND f.need = d.rest
    WHERE d.prefix = 'UN' AND {known} AND f.valid @> %(valid_at)s::timestamptz AND f.valid @> d.happened_at
) AS judged
ORDER BY household, class, need, action, sequence DESC;

-- name: list_findings
-- A page of findings at (v, s) in the order {order}; {conditions} are the filters, {verdicts} what people decided, {places} and {weights} joins.
WITH verdict AS MATERIALIZED ({verdicts}),
page AS MATERIALIZED (
    SELECT f.household, f.class, f.need, f.action, f.other, f.reason, f.satang, f.rules, f.valid, lower(f.recorded) AS first,
        coalesce(d.verdict, 'suspected') AS state, {weight} AS unserved
    FROM {findings} AS f
    LEFT JOIN verdict AS d ON d.household = f.household AND d.class = f.class AND d.need = f.need AND d.action = f.action
    {places}
    {weights}
    WHERE {known} AND f.valid @> %(valid_at)s::timestamptz AND {conditions} AND {after}
    ORDER BY {order} LIMIT %(limit)s
)
SELECT f.household, f.class, f.need, f.action, f.other, f.reason, f.satang, f.rules, lower(f.valid), upper(f.valid), f.state,
    f.unserved, founder.household_id, s.amphoe, s.tambon, e.recorded_at, involved.actions
FROM page AS f
JOIN record AS founder ON founder.record = f.household
LEFT JOIN event AS e ON e.sequence = f.first
LEFT JOIN LATERAL (
    SELECT s.amphoe, s.tambon FROM {states} AS s
    WHERE s.household = f.household AND {known_state} AND s.valid @> %(valid_at)s::timestamptz
) AS s ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(st.action, st.agency, st.reporter, st.kind, lower(st.valid), st.programme))::text AS actions
    FROM {actions} AS st WHERE st.action IN (f.action, f.other) AND {known_action}
) AS involved ON true
ORDER BY {shown_order};

-- name: count_findings
-- All that the same filters let through: findings and the households that they are about.
WITH verdict AS MATERIALIZED ({verdicts})
SELECT coalesce(sum(found), 0)::bigint, count(*) FROM (
    SELECT count(*) AS found
    FROM {findings} AS f
    LEFT JOIN verdict AS d ON d.household = f.household AND d.class = f.class AND d.need = f.need AND d.action = f.action
    {places}
    WHERE {known} AND f.valid @> %(valid_at)s::timestamptz AND {conditions}
    GROUP BY f.household
) AS by_household;

-- name: finding_places
-- Where the household of a finding is at (v, s); joined only when a condition asks.
JOIN {states} AS s ON s.household = f.household AND {known_state} AND s.valid @> %(valid_at)s::timestamptz;

-- name: finding_weights
-- How many needs of the household are unserved at (v, s); joined only for the order by impact.
LEFT JOIN (
    SELECT f.household, count(*) AS unserved FROM {findings} AS f
    WHERE f.class = 'unserved' AND {known} AND f.valid @> %(valid_at)s::timestamptz GROUP BY f.household
) AS w ON w.household = f.household;

-- name: finding_of_agency
-- The finding rests on an action that the agency gave or reported.
(f.action IN (
    SELECT st.action FROM {actions} AS st
    WHERE {known_action} AND (st.agency = %(agency)s OR st.reporter = %(agency)s)
) OR f.other IN (
    SELECT st.action FROM {actions} AS st
    WHERE {known_action} AND (st.agency = %(agency)s OR st.reporter = %(agency)s)
));

-- name: list_finding_actions
-- Actions of a household as known at s, with what the catalogue says of their programmes.
SELECT st.action, st.agency, coalesce(st.reporter, st.agency), st.kind, st.need, st.amount_satang, lower(st.valid), upper(st.valid),
    st.reported_at, e.recorded_at, st.sequence, st.corrected, ah.repeats, st.programme, p.name_th, p.name_en, p.need, p.period,
    p.cap_satang, p.cap_scope, p.minimum_interval_days, founder.person_id, st.help::text
FROM {actions} AS st
JOIN event AS e ON e.sequence = st.sequence
JOIN action_household AS ah ON ah.action = st.action AND {known_anchor}
LEFT JOIN programme AS p ON p.programme = st.programme AND p.recorded @> %(sequence)s::bigint
LEFT JOIN person_member AS pm ON pm.member = ah.member AND {known_person}
LEFT JOIN member AS founder ON founder.member = pm.person
WHERE {known_action} AND {conditions}
ORDER BY lower(st.valid), st.action;

-- name: list_finding_decisions
-- Every decision by s about a finding under any of these ids: each founder of a household may have named it.
SELECT d.sequence, e.recorded_at, d.happened_at, d.verdict, d.actor, d.seen, d.words::text
FROM finding_decision AS d JOIN event AS e ON e.sequence = d.sequence
WHERE d.sequence <= %(sequence)s::bigint AND d.finding = ANY(%(names)s) ORDER BY d.sequence;

-- name: list_founders
-- The records that a household holds at s: each may have founded an id of it.
SELECT record FROM household_record WHERE household = %(household)s AND recorded @> %(sequence)s::bigint ORDER BY record;

-- name: fetch_holder
-- The household that holds a founder at s.
SELECT household FROM household_record WHERE record = %(record)s::bigint AND recorded @> %(sequence)s::bigint;

-- name: fetch_needs_basis
-- On which statements the needs of a household rested at an instant, as known at s, and what they came to.
SELECT s.basis, s.health, s.living, s.education, s.income, s.accessibility
FROM {states} AS s
WHERE s.household = %(household)s AND {known_state} AND s.valid @> %(instant)s::timestamptz;

-- name: find_rules
-- The set of rules with this version, the newest published by s.
SELECT document::text FROM rules
WHERE version = %(version)s AND lower(recorded) <= %(sequence)s::bigint ORDER BY lower(recorded) DESC LIMIT 1;

-- name: list_outliers
-- Households with so many kinds of help for one need between two instants, and how the others (at least four) of their tambon with that need fared.
WITH given AS MATERIALIZED (
    SELECT ah.household, CASE st.need WHEN 'unknown' THEN p.need ELSE st.need END AS need, st.kind,
        min(lower(st.valid)) AS first, sum(st.amount_satang)::bigint AS satang, count(*) AS actions,
        array_agg(st.action) AS numbers
    FROM {actions} AS st
    JOIN action_household AS ah ON ah.action = st.action AND {known_anchor} AND ah.repeats IS NULL
    LEFT JOIN programme AS p ON p.programme = st.programme AND p.recorded @> %(sequence)s::bigint AND st.need = 'unknown'
    WHERE {known_action} AND lower(st.valid) >= %(year_from)s AND lower(st.valid) < %(year_until)s
        AND lower(st.valid) <= %(valid_at)s::timestamptz
    GROUP BY 1, 2, 3
),
several AS MATERIALIZED (
    SELECT household, need FROM given WHERE need = ANY(%(needs)s) GROUP BY household, need HAVING count(*) >= %(kinds)s
),
many AS MATERIALIZED (
    SELECT given.household, given.need, s.amphoe, s.tambon, (array_agg(given.first ORDER BY given.first))[%(kinds)s] AS since,
        sum(given.satang)::bigint AS satang,
        json_agg(json_build_array(given.kind, given.actions, given.satang, given.numbers) ORDER BY given.kind)::text AS kinds
    FROM several
    JOIN given ON given.household = several.household AND given.need = several.need
    JOIN {states} AS s ON s.household = several.household AND {known_state} AND s.valid @> %(valid_at)s::timestamptz
    WHERE s.tambon IS NOT NULL
    GROUP BY given.household, given.need, s.amphoe, s.tambon
),
asked AS MATERIALIZED (SELECT DISTINCT tambon, need FROM many),
helped AS MATERIALIZED (
    SELECT DISTINCT household, need FROM given WHERE need IN (SELECT need FROM asked)
),
alike AS MATERIALIZED (
    SELECT asked.tambon, asked.need, s.household, helped.household IS NOT NULL AS is_helped
    FROM (SELECT DISTINCT tambon FROM asked) AS place
    JOIN {states} AS s ON s.tambon = place.tambon AND {known_state} AND s.valid @> %(valid_at)s::timestamptz
    JOIN asked ON asked.tambon = s.tambon
        AND CASE asked.need WHEN 'health' THEN s.health WHEN 'living' THEN s.living WHEN 'education' THEN s.education
            WHEN 'income' THEN s.income WHEN 'accessibility' THEN s.accessibility END
    LEFT JOIN helped ON helped.household = s.household AND helped.need = asked.need
),
around AS (
    SELECT tambon, need, count(*) AS in_need, count(*) FILTER (WHERE NOT is_helped) AS without FROM alike GROUP BY tambon, need
)
SELECT m.household, m.need, m.amphoe, m.tambon, m.since, m.satang, m.kinds, founder.household_id,
    (n.in_need - own.counted)::bigint, n.without::bigint
FROM many AS m
JOIN record AS founder ON founder.record = m.household
JOIN around AS n ON n.tambon = m.tambon AND n.need = m.need
LEFT JOIN alike ON alike.household = m.household AND alike.need = m.need
CROSS JOIN LATERAL (SELECT (alike.household IS NOT NULL)::int AS counted) AS own
WHERE n.in_need - own.counted >= 4 AND n.without > 0 AND n.without * 100 >= %(neighbours)s * (n.in_need - own.counted)
ORDER BY m.household, m.need;

-- name: list_outlier_decisions
-- The newest decision by s about each outlying share, under the household that now holds its founder.
SELECT DISTINCT ON (household, need, year) household, need, year, verdict FROM (
    SELECT hr.household, split_part(d.finding, '-', 3) AS need, split_part(d.finding, '-', 4) AS year, d.verdict, d.sequence
    FROM (
        SELECT sequence, finding, verdict FROM finding_decision
        WHERE sequence <= %(sequence)s::bigint AND finding ~ '^D3-[0-9]{{1,18}}-[a-z]+-[0-9]{{4}}$'
    ) AS d
    JOIN household_record AS hr ON hr.record = split_part(d.finding, '-', 2)::bigint AND {known_link}
) AS judged
ORDER BY household, need, year, sequence DESC;

-- name: list_outlier_agencies
-- The givers and reporters of actions.
SELECT st.action, st.agency, st.reporter, st.kind, lower(st.valid), st.programme FROM {actions} AS st
WHERE st.action = ANY(%(actions)s::bigint[]) AND {known_action};

-- name: list_reporting
-- The agencies with a programme for a need at s, whether their actions show that they work anywhere and in the area, and the newest report by v.
WITH expected AS MATERIALIZED (
    SELECT DISTINCT agency FROM programme WHERE need = %(need)s AND recorded @> %(sequence)s::bigint
),
acts AS MATERIALIZED (
    SELECT coalesce(st.reporter, st.agency) AS reporter,
        max(coalesce(st.reported_at, (SELECT recorded_at FROM event WHERE event.sequence = st.sequence))) AS last
    FROM {actions} AS st
    WHERE {known_action} AND (st.agency IN (SELECT agency FROM expected) OR st.reporter IN (SELECT agency FROM expected))
        AND coalesce(st.reported_at, (SELECT recorded_at FROM event WHERE event.sequence = st.sequence)) <= %(valid_at)s::timestamptz
    GROUP BY 1
),
files AS (
    SELECT batch.source AS agency, max(coalesce(batch.reported_at, e.recorded_at)) AS last
    FROM batch JOIN event AS e ON e.sequence = batch.sequence
    WHERE batch.sequence <= %(sequence)s::bigint AND batch.source IN (SELECT agency FROM expected)
        AND coalesce(batch.reported_at, e.recorded_at) <= %(valid_at)s::timestamptz
    GROUP BY 1
),
here AS MATERIALIZED ({here})
SELECT expected.agency, a.name_th, a.name_en, greatest(acts.last, files.last),
    EXISTS (
        SELECT FROM {actions} AS st WHERE st.agency = expected.agency AND {known_action} AND lower(st.valid) <= %(valid_at)s::timestamptz
    ),
    expected.agency IN (SELECT agency FROM here)
FROM expected
LEFT JOIN agency AS a ON a.agency = expected.agency AND a.recorded @> %(sequence)s::bigint
LEFT JOIN acts ON acts.reporter = expected.agency
LEFT JOIN files ON files.agency = expected.agency
ORDER BY expected.agency;

-- name: helping_here
-- The agencies whose help reached households of an area at (v, s).
SELECT DISTINCT st.agency
FROM {states} AS s
JOIN action_household AS ah ON ah.household = s.household AND {known_anchor}
JOIN {actions} AS st ON st.action = ah.action AND {known_action} AND lower(st.valid) <= %(valid_at)s::timestamptz
WHERE {known_state} AND s.valid @> %(valid_at)s::timestamptz AND {conditions};

-- name: helping_anywhere
-- Every agency: without an area nothing narrows them.
SELECT agency FROM expected;
