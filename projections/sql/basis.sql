-- name: fetch_sequence_before
-- The last projected event recorded before an instant.
SELECT sequence, recorded_at FROM event WHERE recorded_at < %(before)s
ORDER BY recorded_at DESC, sequence DESC LIMIT 1;

-- name: fetch_recorded_at
-- When an event was recorded.
SELECT recorded_at FROM event WHERE sequence = %(sequence)s;
