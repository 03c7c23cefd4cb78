-- name: create_access_schema
-- The schema of keys and of who read what.
CREATE SCHEMA IF NOT EXISTS access;

-- name: create_api_key
-- The keys; of each only the hash of its secret.
CREATE TABLE IF NOT EXISTS access.api_key (
    key_id text PRIMARY KEY,
    hash bytea NOT NULL,
    role text NOT NULL,
    areas text[] NOT NULL DEFAULT '{}',
    agency text,
    purpose text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

-- name: widen_api_key
-- After an exchange the secret before stays valid for a stated time; no lock where the columns are there.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = 'access.api_key'::regclass AND attname = 'old_hash'
    ) THEN
        ALTER TABLE access.api_key ADD COLUMN old_hash bytea, ADD COLUMN old_until timestamptz;
    END IF;
END $$;

-- name: create_read_log
-- Who read personal data: which key, what, for which purpose, of how many, when.
CREATE TABLE IF NOT EXISTS access.read_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id text NOT NULL,
    what text NOT NULL,
    purpose text NOT NULL,
    count integer NOT NULL,
    read_at timestamptz NOT NULL
);

-- name: widen_read_log
-- What the stream ACCESS is told of a reading, and where it stands there; no lock where the columns are there.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = 'access.read_log'::regclass AND attname = 'event_id'
    ) THEN
        ALTER TABLE access.read_log
            ADD COLUMN event_id uuid NOT NULL DEFAULT gen_random_uuid(),
            ADD COLUMN role text NOT NULL DEFAULT '',
            ADD COLUMN agencies text[] NOT NULL DEFAULT '{*}',
            ADD COLUMN sequence bigint;
        CREATE INDEX read_log_untold ON access.read_log (id) WHERE sequence IS NULL;
        CREATE INDEX read_log_agencies ON access.read_log USING gin (agencies);
        CREATE INDEX read_log_sequence ON access.read_log (sequence);
    END IF;
END $$;

-- name: insert_key
-- A new key.
INSERT INTO access.api_key (key_id, hash, role, areas, agency, purpose, created_at)
VALUES (%(key_id)s, %(hash)s, %(role)s, %(areas)s, %(agency)s, %(purpose)s, %(created_at)s);

-- name: fetch_key
-- One key that is not revoked.
SELECT key_id, hash, role, areas, agency, purpose, old_hash, old_until FROM access.api_key
WHERE key_id = %(key_id)s AND revoked_at IS NULL;

-- name: list_keys
-- Every key without its hash, the oldest first.
SELECT key_id, role, areas, agency, purpose, created_at, revoked_at, old_until FROM access.api_key ORDER BY created_at, key_id;

-- name: exchange_key
-- Another secret for a key in use; the one before stays valid until a time.
UPDATE access.api_key SET old_hash = hash, old_until = %(old_until)s, hash = %(hash)s
WHERE key_id = %(key_id)s AND revoked_at IS NULL;

-- name: revoke_key
-- A key ends; one that is revoked already keeps its day.
UPDATE access.api_key SET revoked_at = %(revoked_at)s WHERE key_id = %(key_id)s AND revoked_at IS NULL;
