-- name: create_schema
-- Where the audit table is.
CREATE SCHEMA peer_audit;

-- name: create_audit
-- The audit table that many systems have: every state that a row ever had, beside what changed it.
CREATE TABLE peer_audit.record (
    sequence bigint, record bigint, withdrawn boolean, amphoe text, tambon text, document jsonb, PRIMARY KEY (record, sequence)
);

-- name: fill_audit
-- The statements of the same events, as an audit trigger on a table of records would have kept them.
INSERT INTO peer_audit.record SELECT sequence, record, withdrawn, amphoe, tambon, document::jsonb FROM record_version;

-- name: list_audited
-- The records of a household as known at s.
SELECT link.record FROM record AS asked
JOIN household_record AS own ON own.record = asked.record AND own.recorded @> %(sequence)s::bigint
JOIN household_record AS link ON link.household = own.household AND link.recorded @> %(sequence)s::bigint
WHERE asked.household_id = %(household_id)s;

-- name: read_audited_household
-- The state of these records at a past sequence.
SELECT DISTINCT ON (record) record, sequence, withdrawn, amphoe, tambon, document::text FROM peer_audit.record
WHERE record = ANY(%(records)s::bigint[]) AND sequence <= %(sequence)s ORDER BY record, sequence DESC;

-- name: count_audited_province
-- Records by amphoe and by the five needs at a past sequence.
SELECT amphoe, count(*), count(*) FILTER (WHERE needs -> 'health' = 'true'), count(*) FILTER (WHERE needs -> 'living' = 'true'),
    count(*) FILTER (WHERE needs -> 'education' = 'true'), count(*) FILTER (WHERE needs -> 'income' = 'true'),
    count(*) FILTER (WHERE needs -> 'accessibility' = 'true')
FROM (
    SELECT DISTINCT ON (record) amphoe, withdrawn, document -> 'house' -> 'needs' AS needs FROM peer_audit.record
    WHERE sequence <= %(sequence)s ORDER BY record, sequence DESC
) AS standing
WHERE NOT withdrawn GROUP BY amphoe;
