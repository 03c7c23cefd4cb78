-- name: insert_reading
-- Somebody read personal data; the stream is told later.
INSERT INTO access.read_log (key_id, role, what, purpose, count, read_at, agencies)
VALUES (%(key_id)s, %(role)s, %(what)s, %(purpose)s, %(count)s, %(read_at)s, %(agencies)s);

-- name: take_untold
-- Readings of which the stream was not told yet, the oldest first; held until the transaction ends.
SELECT id, event_id::text, key_id, role, what, purpose, count, read_at, agencies FROM access.read_log
WHERE sequence IS NULL ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED;

-- name: put_told
-- Where the stream holds these readings.
UPDATE access.read_log AS known SET sequence = told.sequence
FROM unnest(%(ids)s::bigint[], %(sequences)s::bigint[]) AS told (id, sequence) WHERE known.id = told.id;

-- name: list_readings
-- Readings, the oldest first.
SELECT id, event_id::text, read_at, key_id, role, what, purpose, count, agencies, sequence
FROM access.read_log
WHERE id > %(after)s
    AND (%(agency)s::text IS NULL OR agencies && ARRAY[%(agency)s::text, '*'])
    AND (%(key)s::text IS NULL OR key_id = %(key)s)
    AND (%(since)s::timestamptz IS NULL OR read_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR read_at < %(until)s)
ORDER BY id LIMIT %(limit)s;

-- name: fetch_told
-- What the stream should hold at these places.
SELECT sequence, event_id::text, key_id, role, what, purpose, count, read_at, agencies FROM access.read_log
WHERE sequence = ANY(%(sequences)s::bigint[]);

-- name: count_told
-- How many readings the stream was told of, and how many not yet.
SELECT count(*) FILTER (WHERE sequence IS NOT NULL), count(*) FILTER (WHERE sequence IS NULL) FROM access.read_log;
