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

-- name: one_live_version
-- At most one version is live.
CREATE UNIQUE INDEX IF NOT EXISTS version_live ON projection.version (state) WHERE state = 'live';

-- name: fetch_versions
-- Every version, the newest first.
SELECT number, schema_name, state, checkpoint, recorded_at, code, error FROM projection.version ORDER BY number DESC;

-- name: fetch_live_version
-- The live version, if any.
SELECT number, schema_name, state, checkpoint, recorded_at, code, error FROM projection.version WHERE state = 'live';

-- name: insert_version
-- A new version at checkpoint 0.
INSERT INTO projection.version (number, schema_name, state, code)
VALUES (%(number)s, %(schema_name)s, %(state)s, %(code)s);

-- name: advance_checkpoint
-- Move the checkpoint, if it is still where this projector left it.
UPDATE projection.version
SET checkpoint = %(checkpoint)s, recorded_at = %(recorded_at)s, error = NULL, updated_at = clock_timestamp()
WHERE number = %(number)s AND checkpoint = %(before)s;

-- name: record_error
-- Why the projector stands still, in words without personal data.
UPDATE projection.version SET error = %(error)s, updated_at = clock_timestamp() WHERE number = %(number)s;

-- name: lock_version
-- One writer per version: waits until the lock is free, and holds it for the session.
SELECT pg_advisory_lock(hashtext('projection.version'), %(number)s);
