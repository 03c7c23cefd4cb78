-- name: list_links
-- Which household each record of a source belongs to now, in the order in which that changed; behind a place.
WITH page AS (
    SELECT hr.record, hr.household, lower(hr.recorded) AS since
    FROM household_record AS hr JOIN record AS r USING (record)
    WHERE r.source = %(source)s AND upper_inf(hr.recorded)
        AND (lower(hr.recorded), hr.record) > (%(since)s::bigint, %(record)s::bigint)
    ORDER BY lower(hr.recorded), hr.record LIMIT %(limit)s
)
SELECT page.record, page.since, encode(r.pseudonym, 'hex'), founder.household_id::text, former.household_id::text,
    (SELECT count(*) FROM household_record AS other WHERE other.household = page.household AND upper_inf(other.recorded)),
    EXISTS (SELECT FROM link_edge AS e WHERE (e.a = page.record OR e.b = page.record) AND e.level = 'undecided' AND upper_inf(e.recorded)),
    edge.rule, edge.score, newest.record_key, newest.amphoe
FROM page
JOIN record AS r ON r.record = page.record
JOIN record AS founder ON founder.record = page.household
LEFT JOIN household_record AS before ON before.record = page.record AND upper(before.recorded) = page.since
LEFT JOIN record AS former ON former.record = before.household
LEFT JOIN LATERAL (
    SELECT e.rule, e.score FROM link_edge AS e
    WHERE (e.a = page.record OR e.b = page.record) AND e.level = 'household' AND upper_inf(e.recorded)
    ORDER BY e.score DESC, e.a, e.b LIMIT 1
) AS edge ON true
LEFT JOIN LATERAL (
    SELECT v.document -> 'house' ->> 'record_key' AS record_key, v.amphoe FROM record_version AS v
    WHERE v.record = page.record AND NOT v.withdrawn ORDER BY v.sequence DESC LIMIT 1
) AS newest ON true
ORDER BY page.since, page.record;

-- name: create_notice
-- Up to which change of a household the sources were told.
CREATE TABLE IF NOT EXISTS intake.notice (
    single boolean PRIMARY KEY DEFAULT true CHECK (single), sequence bigint NOT NULL, record bigint NOT NULL
);

-- name: start_notice
-- Nobody was told of anything yet.
INSERT INTO intake.notice (sequence, record) VALUES (0, 0) ON CONFLICT DO NOTHING;

-- name: hold_notice
-- Up to where the sources were told; held until the transaction ends, so that one process tells at a time.
SELECT sequence, record FROM intake.notice FOR UPDATE SKIP LOCKED;

-- name: put_notice
-- The sources were told up to here.
UPDATE intake.notice SET sequence = %(since)s, record = %(record)s;

-- name: list_changes
-- Records that went over to another household, in order; behind a place.
SELECT hr.record, lower(hr.recorded), encode(r.pseudonym, 'hex'), founder.household_id::text, former.household_id::text, r.source
FROM household_record AS hr
JOIN household_record AS before ON before.record = hr.record AND upper(before.recorded) = lower(hr.recorded)
JOIN record AS r ON r.record = hr.record
JOIN record AS founder ON founder.record = hr.household
JOIN record AS former ON former.record = before.household
WHERE (lower(hr.recorded), hr.record) > (%(since)s::bigint, %(record)s::bigint)
ORDER BY lower(hr.recorded), hr.record LIMIT %(limit)s;
