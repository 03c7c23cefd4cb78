-- name: create_agency_schema
-- The schema of keys and of who read what.
CREATE SCHEMA IF NOT EXISTS access;

-- name: create_agency_user
-- The NATS users of agencies; of each only its public key.
CREATE TABLE IF NOT EXISTS access.agency_user (
    public_key text PRIMARY KEY,
    agency text NOT NULL,
    purpose text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

-- name: insert_agency_user
-- A new user.
INSERT INTO access.agency_user (public_key, agency, purpose, created_at)
VALUES (%(public_key)s, %(agency)s, %(purpose)s, %(created_at)s);

-- name: list_agency_users
-- Every user there ever was, the oldest first.
SELECT public_key, agency, purpose, created_at, revoked_at FROM access.agency_user ORDER BY created_at, public_key;

-- name: revoke_agency_users
-- The users of an agency end, all of them or the one named; those revoked already keep their day.
UPDATE access.agency_user SET revoked_at = %(revoked_at)s
WHERE agency = %(agency)s AND revoked_at IS NULL AND public_key = coalesce(%(public_key)s, public_key);
