-- name: create_batch
-- Every file that was delivered, from its arrival on; the request and the receipt as JSON.
CREATE TABLE IF NOT EXISTS intake.batch (
    batch text PRIMARY KEY,
    source text NOT NULL,
    agency text,
    actor text,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'held', 'finished', 'failed', 'discarded')),
    dry_run boolean NOT NULL,
    idempotency_key text,
    digest text NOT NULL,
    size bigint NOT NULL,
    received_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    began bigint,
    total integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    request jsonb NOT NULL,
    receipt jsonb,
    problem jsonb
);

-- name: create_batch_key
-- One delivery for each idempotency key of a sender.
CREATE UNIQUE INDEX IF NOT EXISTS batch_key ON intake.batch (actor, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- name: create_batch_list
-- For lists, the newest first.
CREATE INDEX IF NOT EXISTS batch_list ON intake.batch (received_at DESC, batch);

-- name: create_outcome
-- What became of each record of a batch, many in one packed row; `start` is the place of the first.
CREATE TABLE IF NOT EXISTS intake.outcome (
    batch text NOT NULL,
    start integer NOT NULL,
    outcomes bytea NOT NULL,
    PRIMARY KEY (batch, start)
);

-- name: create_rejected
-- Rows that were not taken in, kept sealed under the key of `subject` until they are mended, sent again or dismissed.
CREATE TABLE IF NOT EXISTS intake.rejected (
    batch text NOT NULL,
    row_number integer NOT NULL,
    errors jsonb NOT NULL,
    box bytea,
    PRIMARY KEY (batch, row_number)
);

-- name: create_rejected_more
-- What a table of before this lacked.
ALTER TABLE intake.rejected
    ADD COLUMN IF NOT EXISTS status text NOT NULL DEFAULT 'quarantined',
    ADD COLUMN IF NOT EXISTS state text NOT NULL DEFAULT 'open',
    ADD COLUMN IF NOT EXISTS subject bytea,
    ADD COLUMN IF NOT EXISTS key bytea,
    ADD COLUMN IF NOT EXISTS row_numbers integer[],
    ADD COLUMN IF NOT EXISTS sequence bigint,
    ADD COLUMN IF NOT EXISTS settled_by text,
    ADD COLUMN IF NOT EXISTS settled_at timestamptz,
    ALTER COLUMN box DROP NOT NULL;

-- name: create_rejected_open
-- Finds the open rows of a record or action that comes again.
CREATE INDEX IF NOT EXISTS rejected_open ON intake.rejected (key) WHERE state = 'open';

-- name: move_deliveries
-- Receipts of before there were batches become batches.
DO $$ BEGIN
    IF to_regclass('intake.delivery') IS NOT NULL THEN
        INSERT INTO intake.batch (batch, source, state, dry_run, digest, size, received_at, request, receipt)
        SELECT batch, receipt ->> 'source', 'finished', false, '', 0, finished_at,
            jsonb_build_object('source', receipt ->> 'source', 'mode', receipt ->> 'mode'), receipt
        FROM intake.delivery ON CONFLICT DO NOTHING;
        DROP TABLE intake.delivery;
    END IF;
END $$;

-- name: insert_batch
-- A delivery has arrived; one that is known stays as it is.
INSERT INTO intake.batch (
    batch, source, agency, actor, state, dry_run, idempotency_key, digest, size, received_at, request
) VALUES (
    %(batch)s, %(source)s, %(agency)s, %(actor)s, %(state)s, %(dry_run)s, %(idempotency_key)s, %(digest)s, %(size)s,
    %(received_at)s, %(request)s::jsonb
) ON CONFLICT DO NOTHING;

-- name: fetch_batch
-- One delivery.
SELECT batch, source, agency, actor, state, dry_run, digest, size, received_at, changed_at, began, total, done,
    request::text, receipt::text, problem::text
FROM intake.batch WHERE batch = %(batch)s;

-- name: fetch_batch_of_key
-- The delivery that a sender gave this idempotency key.
SELECT batch, digest FROM intake.batch WHERE actor IS NOT DISTINCT FROM %(actor)s AND idempotency_key = %(key)s;

-- name: list_batches
-- Deliveries of a source and an agency (all, where none is named) behind a place, the newest first.
SELECT batch, source, agency, actor, state, dry_run, digest, size, received_at, changed_at, began, total, done,
    request::text, receipt::text, problem::text
FROM intake.batch
WHERE (%(source)s::text IS NULL OR source = %(source)s) AND (%(agency)s::text IS NULL OR agency = %(agency)s OR source = %(agency)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
    AND (%(before)s::timestamptz IS NULL OR (received_at, batch) < (%(before)s, %(before_batch)s))
ORDER BY received_at DESC, batch DESC LIMIT %(limit)s;

-- name: list_waiting_batches
-- Deliveries that wait, or whose process has ended, the oldest first.
SELECT batch, source, dry_run FROM intake.batch WHERE state IN ('queued', 'running') ORDER BY received_at, batch;

-- name: queue_batch
-- A delivery is to be worked on again, from the states given.
UPDATE intake.batch SET state = 'queued', problem = NULL, request = request || %(change)s::jsonb,
    changed_at = clock_timestamp()
WHERE batch = %(batch)s AND state = ANY(%(states)s::text[]);

-- name: begin_batch
-- Work on a delivery begins, or goes on from where it was.
UPDATE intake.batch SET state = 'running', began = coalesce(began, %(began)s), total = %(total)s, problem = NULL,
    changed_at = clock_timestamp()
WHERE batch = %(batch)s
RETURNING began;

-- name: advance_batch
-- So many records of a delivery are done.
UPDATE intake.batch SET done = %(done)s, changed_at = clock_timestamp() WHERE batch = %(batch)s;

-- name: settle_batch
-- A delivery has come to a state, with its receipt and what is wrong.
UPDATE intake.batch SET state = %(state)s, receipt = coalesce(%(receipt)s::jsonb, receipt), problem = %(problem)s::jsonb,
    changed_at = clock_timestamp()
WHERE batch = %(batch)s;

-- name: discard_batch
-- A held delivery is not to be taken in.
UPDATE intake.batch SET state = 'discarded', changed_at = clock_timestamp() WHERE batch = %(batch)s AND state = 'held';

-- name: try_batch_lock
-- Whether nobody else works on this.
SELECT pg_try_advisory_lock(hashtextextended('batch ' || %(name)s, 0));

-- name: end_batch_lock
-- Others may work on this.
SELECT pg_advisory_unlock(hashtextextended('batch ' || %(name)s, 0));

-- name: put_outcomes
-- What became of some records of a batch.
INSERT INTO intake.outcome (batch, start, outcomes) VALUES (%(batch)s, %(start)s, %(outcomes)b) ON CONFLICT DO NOTHING;

-- name: list_outcomes
-- What became of the records of a batch, behind a place.
SELECT start, outcomes FROM intake.outcome WHERE batch = %(batch)s AND start >= %(start)s ORDER BY start LIMIT %(limit)s;

-- name: forget_outcomes
-- A batch that begins anew.
DELETE FROM intake.outcome WHERE batch = %(batch)s;

-- name: put_rejected
-- Keep rows that were not taken in.
INSERT INTO intake.rejected (batch, row_number, errors, box, status, subject, key, state, row_numbers)
SELECT kept.batch, kept.row_number, kept.errors, kept.box, kept.status, kept.subject, kept.key, kept.state,
    (SELECT array_agg(number::integer) FROM jsonb_array_elements_text(kept.numbers) AS number)
FROM unnest(
    %(batch)s::text[], %(row)s::integer[], %(errors)s::jsonb[], %(box)b::bytea[], %(status)s::text[],
    %(subject)b::bytea[], %(key)b::bytea[], %(numbers)s::jsonb[],
    %(state)s::text[]
) AS kept (batch, row_number, errors, box, status, subject, key, numbers, state)
ON CONFLICT DO NOTHING;

-- name: settle_rejected_again
-- What was kept of these records and actions came again and was taken in; the cells are no longer needed.
UPDATE intake.rejected SET state = 'sent_again', box = NULL, settled_by = %(batch)s, settled_at = clock_timestamp()
WHERE state = 'open' AND key = ANY(%(keys)b::bytea[]) AND batch <> %(batch)s;

-- name: settle_rejected
-- A kept row was mended or dismissed; its cells are no longer needed.
UPDATE intake.rejected SET state = %(state)s, box = NULL, sequence = %(sequence)s, settled_by = %(by)s,
    settled_at = clock_timestamp()
WHERE batch = %(batch)s AND row_number = %(row)s AND state = 'open';

-- name: forget_kept
-- Cells that were kept of records whose people are erased.
UPDATE intake.rejected SET state = 'erased', box = NULL, settled_at = clock_timestamp()
WHERE box IS NOT NULL AND key = ANY(%(keys)b::bytea[]);

-- name: list_kept
-- The kept rows of a batch behind a row.
SELECT row_number, status, state, errors::text, box, subject, row_numbers, sequence FROM intake.rejected
WHERE batch = %(batch)s AND row_number > %(after)s AND (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY row_number LIMIT %(limit)s;

-- name: fetch_kept
-- One kept row.
SELECT row_number, status, state, errors::text, box, subject, row_numbers, sequence FROM intake.rejected
WHERE batch = %(batch)s AND row_number = %(row)s;

-- name: count_kept
-- How many rows of a batch are kept, by state.
SELECT state, count(*) FROM intake.rejected WHERE batch = %(batch)s GROUP BY state;

-- name: list_open_kept
-- Rows that wait to be mended, of all batches of a source and agency behind a place, the oldest batch first.
SELECT r.batch, r.row_number, b.source, b.received_at, r.status, r.errors::text
FROM intake.rejected AS r JOIN intake.batch AS b USING (batch)
WHERE r.state = 'open' AND NOT b.dry_run
    AND (%(source)s::text IS NULL OR b.source = %(source)s) 
    AND (%(agency)s::text IS NULL OR b.agency = %(agency)s OR b.source = %(agency)s)
    AND (%(after)s::text IS NULL OR (b.received_at, r.batch, r.row_number) > (%(received_at)s, %(after)s, %(row)s))
ORDER BY b.received_at, r.batch, r.row_number LIMIT %(limit)s;

-- name: forget_dry_runs
-- What dry runs of long ago found.
WITH old AS (
    DELETE FROM intake.batch WHERE dry_run AND state IN ('finished', 'failed', 'discarded') AND changed_at < %(before)s
    RETURNING batch
), outcomes AS (
    DELETE FROM intake.outcome USING old WHERE outcome.batch = old.batch
)
DELETE FROM intake.rejected USING old WHERE rejected.batch = old.batch;
