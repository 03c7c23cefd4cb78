-- name: fetch_documents
-- The personal documents of one record, to be emptied.
SELECT sequence, document FROM record_version WHERE record = %(record)s AND document IS NOT NULL ORDER BY sequence;

-- name: put_document
-- Replace the personal document of one version.
UPDATE record_version SET document = %(document)s WHERE sequence = %(sequence)s;

-- name: erase_house_columns
-- Empty every personal column of the household states that rest on these versions.
UPDATE household_state
SET head_name = NULL, house_code = NULL, house_no = NULL, search = NULL, geom = NULL, moo = NULL
WHERE basis && %(sequences)s::bigint[];

-- name: erase_name_columns
-- Empty the names of the household states that rest on these versions.
UPDATE household_state SET head_name = NULL, search = NULL WHERE basis && %(sequences)s::bigint[];

-- name: erase_help
-- Empty the personal part of the actions of these subjects.
UPDATE action_state SET help = NULL WHERE subject = ANY(%(subjects)s::bytea[]);

-- name: erase_decision_words
-- Empty the words of decisions about these subjects.
UPDATE finding_decision SET words = NULL WHERE subject = ANY(%(subjects)s::bytea[]);

-- name: erase_referral_words
-- Empty the words of referrals of these subjects.
UPDATE referral SET words = NULL WHERE subject = ANY(%(subjects)s::bytea[]);

-- name: erase_link_words
-- Empty the words of decisions about the links of these subjects.
UPDATE link_decision SET words = NULL WHERE subject = ANY(%(subjects)s::bytea[]);

-- name: erase_revocation_words
-- Empty the words with which such decisions were taken back.
UPDATE link_revocation SET words = NULL WHERE subject = ANY(%(subjects)s::bytea[]);
