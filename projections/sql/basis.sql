-- name: fetch_sequence_before
-- The last projected event recorded before an instant.
SELECT sequence, recorded_at FROM event WHERE recorded_at < %(before)s
ORDER BY recorded_at DESC, sequence DESC LIMIT 1;

-- name: fetch_recorded_at
-- When an event was recorded.
SELECT sequence, recorded_at FROM event WHERE sequence = %(sequence)s;

-- name: reach_live_version
-- Put the tables of the live version in reach until the transaction ends.
SELECT set_config('search_path', quote_ident(schema_name) || ', public', true) FROM projection.version WHERE state = 'live';
