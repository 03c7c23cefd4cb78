-- name: create_registry
-- The registry of projection versions.
CREATE TABLE IF NOT EXISTS projection.version (
    number integer PRIMARY KEY,
    schema_name text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('building', 'live', 'retired')),
    checkpoint bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz,
    code text NOT NULL,
    error text,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- name: widen_registry
-- Columns that came later: what the log held when the version was begun, and standstills by code; no lock where they are there.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = 'projection.version'::regclass AND attname = 'error_th'
    ) THEN
        ALTER TABLE projection.version
            ADD COLUMN began bigint NOT NULL DEFAULT 0,
            ADD COLUMN error_code text,
            ADD COLUMN error_sequence bigint,
            ADD COLUMN error_th text;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = 'projection.version'::regclass AND attname = 'erased'
    ) THEN
        ALTER TABLE projection.version ADD COLUMN erased bigint NOT NULL DEFAULT 0;
    END IF;
END $$;

-- name: note_erasure
-- The last event that erased somebody, as far as this version is.
UPDATE projection.version SET erased = greatest(erased, %(erased)s) WHERE number = %(number)s;

-- name: one_live_version
-- At most one version is live.
CREATE UNIQUE INDEX IF NOT EXISTS version_live ON projection.version (state) WHERE state = 'live';

-- name: fetch_versions
-- Every version, the newest first.
SELECT number, schema_name, state, checkpoint, recorded_at, code, began, erased, error, error_th, error_code, error_sequence
FROM projection.version ORDER BY number DESC;

-- name: fetch_live_version
-- The live version, if any.
SELECT number, schema_name, state, checkpoint, recorded_at, code, began, erased, error, error_th, error_code, error_sequence
FROM projection.version WHERE state = 'live';

-- name: hold_live_version
-- The live version, its checkpoint held where it is until the transaction ends.
SELECT number, schema_name, state, checkpoint, recorded_at, code, began, erased, error, error_th, error_code, error_sequence
FROM projection.version WHERE state = 'live' FOR UPDATE;

-- name: insert_version
-- A new version at checkpoint 0.
INSERT INTO projection.version (number, schema_name, state, code, began)
VALUES (%(number)s, %(schema_name)s, %(state)s, %(code)s, %(began)s);

-- name: advance_checkpoint
-- Move the checkpoint, if it is still where this projector left it and the version still what it was.
UPDATE projection.version
SET checkpoint = %(checkpoint)s, recorded_at = %(recorded_at)s, updated_at = clock_timestamp(),
    error = NULL, error_th = NULL, error_code = NULL, error_sequence = NULL
WHERE number = %(number)s AND checkpoint = %(before)s AND state = %(state)s;

-- name: record_error
-- Why the projector stands still, in words without personal data; without words it goes on.
UPDATE projection.version
SET error = %(error)s, error_th = %(error_th)s, error_code = %(code)s, error_sequence = %(sequence)s,
    updated_at = clock_timestamp()
WHERE number = %(number)s;

-- name: lock_version
-- One writer per version: waits until the lock is free, and holds it for the session.
SELECT pg_advisory_lock(hashtext('projection.version'), %(number)s);

-- name: unlock_version
-- Give the right to write a version back.
SELECT pg_advisory_unlock(hashtext('projection.version'), %(number)s);

-- name: lock_rebuild
-- One rebuild at a time: whether the lock was free; it is held for the session.
SELECT pg_try_advisory_lock(hashtext('projection.rebuild'), 0);

-- name: fetch_versions_at_work
-- The versions that a projector or a rebuild holds at this moment.
SELECT objid::integer FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = hashtext('projection.version')::oid
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- name: set_state
-- Make a version live or retired.
UPDATE projection.version SET state = %(state)s, updated_at = clock_timestamp() WHERE number = %(number)s;

-- name: delete_version
-- Forget a version whose schema is gone.
DELETE FROM projection.version WHERE number = %(number)s;

-- name: fetch_last_erasure
-- The last event that erased somebody, 0 for none.
SELECT coalesce(max(sequence), 0) FROM event WHERE type LIKE 'subject.erased.%%';

-- name: fetch_now
-- The database's clock.
SELECT clock_timestamp();

-- name: count_readers
-- Transactions of this database that began before an instant and are still open.
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < %(before)s AND backend_type = 'client backend';

-- name: compress_quickly
-- Documents are compressed by lz4 where the server knows it: packing them otherwise costs more than all other rows together.
DO $$
BEGIN
    IF 'lz4' = ANY ((SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression')::text[]) THEN
        ALTER TABLE record_version ALTER COLUMN document SET COMPRESSION lz4;
        ALTER TABLE action_state ALTER COLUMN help SET COMPRESSION lz4;
    END IF;
END $$;

-- name: fetch_table_sizes
-- The tables of the schema in use and their bytes, without what is stored beside the rows.
SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r';
