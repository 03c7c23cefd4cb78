-- name: create_vault
-- The schema of the keys.
CREATE SCHEMA IF NOT EXISTS vault;

-- name: create_subject_key
-- One wrapped key per subject; an erased one is a tombstone without a key.
CREATE TABLE IF NOT EXISTS vault.subject_key (
    subject bytea PRIMARY KEY,
    wrapped bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    erased_at timestamptz,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);

-- name: create_tombstones
-- The few that are erased, found quickly among all.
CREATE INDEX IF NOT EXISTS subject_key_erased ON vault.subject_key (subject) WHERE wrapped IS NULL;

-- name: create_purged
-- Up to which erasure the files hold nothing any more of what was erased.
CREATE TABLE IF NOT EXISTS vault.purged (single boolean PRIMARY KEY DEFAULT true CHECK (single), sequence bigint NOT NULL);

-- name: fetch_tombstones
-- Which of these subjects are erased.
SELECT subject FROM vault.subject_key WHERE wrapped IS NULL AND subject = ANY(%(subjects)b::bytea[]);

-- name: fetch_keys
-- The wrapped keys of these subjects.
SELECT subject, wrapped FROM vault.subject_key WHERE subject = ANY(%(subjects)b::bytea[]);

-- name: insert_keys
-- New keys; a subject that got one meanwhile keeps it.
INSERT INTO vault.subject_key (subject, wrapped)
SELECT * FROM unnest(%(subjects)b::bytea[], %(wrapped)b::bytea[])
ON CONFLICT (subject) DO NOTHING;

-- name: erase_keys
-- Destroy keys and leave tombstones, also for subjects that never had a key.
INSERT INTO vault.subject_key (subject, wrapped, erased_at)
SELECT subject, NULL, %(erased_at)s FROM unnest(%(subjects)b::bytea[]) AS gone (subject)
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, erased_at = coalesce(vault.subject_key.erased_at, %(erased_at)s);

-- name: fetch_wrapped
-- The next wrapped keys, in order.
SELECT subject, wrapped FROM vault.subject_key
WHERE subject > %(after)b AND wrapped IS NOT NULL ORDER BY subject LIMIT %(limit)b;

-- name: exchange_wrapped
-- Keys wrapped anew; one that was destroyed meanwhile stays so.
UPDATE vault.subject_key AS known SET wrapped = new.wrapped
FROM unnest(%(subjects)b::bytea[], %(before)b::bytea[], %(wrapped)b::bytea[]) AS new (subject, before, wrapped)
WHERE known.subject = new.subject AND known.wrapped = new.before;

-- name: fetch_whole_vault
-- Every key and tombstone, in order.
SELECT subject, wrapped, created_at, erased_at FROM vault.subject_key ORDER BY subject;

-- name: restore_keys
-- What is missing; a tombstone wins over a key. Answers of each that was put there whether it is a tombstone.
INSERT INTO vault.subject_key (subject, wrapped, created_at, erased_at)
SELECT * FROM unnest(
    %(subjects)b::bytea[], %(wrapped)b::bytea[], %(created_at)b::timestamptz[], %(erased_at)b::timestamptz[]
)
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, erased_at = excluded.erased_at
WHERE excluded.wrapped IS NULL AND vault.subject_key.wrapped IS NOT NULL
RETURNING wrapped IS NULL;
