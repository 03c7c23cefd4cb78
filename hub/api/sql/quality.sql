-- name: measure_records
-- What the statements of a source are worth, by period (snapshot), as known at s and happened by v.
WITH newest AS (
    SELECT DISTINCT ON (v.record, v.period) v.record, v.period, v.happened_at, v.withdrawn, v.tambon, v.document
    FROM record_version AS v JOIN record AS r USING (record)
    WHERE r.source = %(agency)s AND v.sequence <= %(sequence)s::bigint AND v.happened_at <= %(valid_at)s::timestamptz
    ORDER BY v.record, v.period, v.sequence DESC
), opened AS (
    SELECT n.record, n.period, n.happened_at, n.tambon, hr.household,
        nullif(n.document -> 'house' ->> 'house_code', '') IS NOT NULL AS has_code,
        n.document -> 'house' -> 'point' ->> 'lon' IS NOT NULL AS has_point,
        people.members, people.named, people.with_birth, people.with_id, people.with_valid_id,
        (SELECT count(DISTINCT other.source) FROM household_record AS same JOIN record AS other ON other.record = same.record
            WHERE same.household = hr.household AND same.recorded @> %(sequence)s::bigint) AS in_sources
    FROM newest AS n
    LEFT JOIN household_record AS hr ON hr.record = n.record AND hr.recorded @> %(sequence)s::bigint
    CROSS JOIN LATERAL (
        SELECT count(*) AS members,
            count(*) FILTER (WHERE m -> 'member' ->> 'first_name' IS NOT NULL AND m -> 'member' ->> 'last_name' IS NOT NULL) AS named,
            count(*) FILTER (WHERE m -> 'member' -> 'birth' ->> 'year' IS NOT NULL) AS with_birth,
            count(*) FILTER (WHERE m -> 'member' ->> 'citizen_id' IS NOT NULL) AS with_id,
            count(*) FILTER (WHERE m -> 'member' ->> 'citizen_valid' = 'true') AS with_valid_id
        FROM json_array_elements(n.document -> 'members') AS m WHERE m ->> 'member' IS NOT NULL
    ) AS people
    WHERE NOT n.withdrawn AND n.document IS NOT NULL
)
SELECT period, count(*), count(*) FILTER (WHERE has_code), count(*) FILTER (WHERE tambon IS NOT NULL), count(*) FILTER (WHERE has_point),
    sum(members)::bigint, sum(named)::bigint, sum(with_birth)::bigint, sum(with_id)::bigint, sum(with_valid_id)::bigint,
    count(*) FILTER (WHERE in_sources > 1), count(*) - count(DISTINCT household), max(happened_at),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY happened_at)
FROM opened GROUP BY period ORDER BY period;

-- name: measure_help
-- What an agency gave or reported, as known at s and happened by v: all, resolved, corrected, reported again, standing as help given twice.
SELECT count(*), count(*) FILTER (WHERE reached.household IS NOT NULL), count(*) FILTER (WHERE state.corrected),
    count(*) FILTER (WHERE reached.repeats IS NOT NULL),
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM finding AS f WHERE f.action = state.action AND f.class IN ('D1', 'D2') AND f.recorded @> %(sequence)s::bigint)),
    max(lower(state.valid))
FROM action_state AS state
LEFT JOIN action_household AS reached ON reached.action = state.action AND reached.recorded @> %(sequence)s::bigint
WHERE state.recorded @> %(sequence)s::bigint AND lower(state.valid) <= %(valid_at)s::timestamptz
    AND (state.agency = %(agency)s OR state.reporter = %(agency)s);

-- name: list_deliveries
-- The newest files of an agency, with what came of them.
SELECT batch.batch, batch.mode, batch.period, batch.reported_at, event.recorded_at, batch.rows, batch.counts::text
FROM batch JOIN event USING (sequence)
WHERE batch.source = %(agency)s AND batch.sequence <= %(sequence)s::bigint ORDER BY batch.sequence DESC LIMIT 12;
