-- name: fetch_erased_subjects
-- The pseudonyms whose keys were destroyed.
SELECT encode(subject, 'hex') FROM vault.subject_key WHERE wrapped IS NULL;

-- name: fetch_events_between
-- What the projection keeps of the events themselves.
SELECT sequence, event_id, type, recorded_at, digest FROM event
WHERE sequence BETWEEN %(first)s AND %(last)s ORDER BY sequence;

-- name: fetch_events_after
-- Rows of events that the log does not reach, the first few and how many.
SELECT sequence, count(*) OVER () FROM event WHERE sequence > %(last)s ORDER BY sequence LIMIT %(limit)s;

-- name: fetch_recorded_before
-- When the event before was recorded.
SELECT recorded_at FROM event WHERE sequence < %(first)s ORDER BY sequence DESC LIMIT 1;
