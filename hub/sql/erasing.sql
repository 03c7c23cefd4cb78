-- name: find_record_to_erase
-- The record with this pseudonym.
SELECT record FROM record WHERE pseudonym = %(pseudonym)s;

-- name: find_member_to_erase
-- The member with this pseudonym.
SELECT member FROM member WHERE pseudonym = %(pseudonym)s;

-- name: find_member_at
-- The member that stands at a place (from 0) of a record event.
SELECT (document -> 'members' -> %(position)s::integer ->> 'id')::bigint FROM record_version
WHERE sequence = %(sequence)s AND json_array_length(document -> 'members') > %(position)s::integer;

-- name: find_members_of_person
-- The members that were one person with the founder of this id, after an event.
SELECT same.member FROM member AS founder
JOIN person_member AS own ON own.member = founder.member AND own.recorded @> %(sequence)s::bigint
JOIN person_member AS same ON same.person = own.person AND same.recorded @> %(sequence)s::bigint
WHERE founder.person_id = %(person_id)s
UNION SELECT member FROM member WHERE person_id = %(person_id)s;

-- name: list_members_of_record
-- Everybody who was ever listed in a record.
SELECT member FROM member WHERE record = %(record)s;

-- name: list_members_to_erase
-- Pseudonym and record of these members.
SELECT m.member, encode(m.pseudonym, 'hex'), m.record, encode(r.pseudonym, 'hex')
FROM member AS m JOIN record AS r USING (record) WHERE m.member = ANY(%(members)s::bigint[]) ORDER BY m.member;

-- name: list_documents_to_erase
-- Every document of these records.
SELECT record, document::text FROM record_version WHERE record = ANY(%(records)s::bigint[]) AND document IS NOT NULL;

-- name: list_texts_naming
-- Whose keys seal texts that hold one of these patterns: anywhere, or about the households of these records.
WITH near AS (
    SELECT DISTINCT household FROM household_record WHERE record = ANY(%(records)s::bigint[])
), helped AS (
    SELECT DISTINCT reached.action FROM action_household AS reached JOIN near USING (household)
)
SELECT encode(subject, 'hex') FROM action_state
WHERE help::text LIKE ANY(%(ids)s::text[])
    OR (action IN (SELECT action FROM helped) AND help::text LIKE ANY(%(names)s::text[]))
UNION SELECT encode(subject, 'hex') FROM finding_decision WHERE words::text LIKE ANY(%(ids)s::text[])
UNION SELECT encode(subject, 'hex') FROM referral
WHERE words::text LIKE ANY(%(ids)s::text[])
    OR (words::text LIKE ANY(%(names)s::text[]) AND record IN (
        SELECT hr.record FROM household_record AS hr JOIN near USING (household)))
UNION SELECT encode(said.subject, 'hex') FROM (
    SELECT subject, words FROM link_decision UNION ALL SELECT subject, words FROM link_revocation) AS said
WHERE said.words::text LIKE ANY(%(ids)s::text[]) OR (said.words::text LIKE ANY(%(names)s::text[]) AND said.subject IN (
    SELECT r.pseudonym FROM near JOIN household_record AS hr USING (household) JOIN record AS r ON r.record = hr.record
    UNION ALL
    SELECT m.pseudonym FROM near JOIN household_record AS hr USING (household) JOIN member AS m ON m.record = hr.record));

-- name: put_purged
-- The files hold nothing any more of whom the events up to this one erased.
INSERT INTO vault.purged (sequence) VALUES (%(sequence)s)
ON CONFLICT (single) DO UPDATE SET sequence = greatest(vault.purged.sequence, excluded.sequence);

-- name: fetch_purged
-- Up to which erasure the files were purged.
SELECT sequence FROM vault.purged;

-- name: fetch_first_unpurged
-- The oldest erasure whose traces may still be there.
SELECT sequence, recorded_at FROM event WHERE type LIKE 'subject.erased.%%' AND sequence > %(sequence)s
ORDER BY sequence LIMIT 1;

-- name: rewrite_keys
-- The table of keys written anew: destroyed keys are in no page of it any more.
VACUUM (FULL, ANALYZE) vault.subject_key;

-- name: rewrite_statistics
-- The planner's samples of columns, names among them, written anew.
VACUUM (FULL) pg_catalog.pg_statistic;

-- name: count_wal_segments
-- How many files the write-ahead log has.
SELECT count(*) FROM pg_ls_waldir();

-- name: fill_wal_segment
-- Ends a file of the write-ahead log, the rest of it overwritten.
SELECT pg_logical_emit_message(false, 'hub', 'purge'), pg_switch_wal();
