-- name: resolve_link_records
-- Records by the household ids they would found, known at s, with where they were last said to be.
SELECT r.household_id, encode(r.pseudonym, 'hex'), r.record, r.record, r.source, (
    SELECT v.amphoe FROM record_version AS v
    WHERE v.record = r.record AND v.sequence <= %(sequence)s::bigint AND NOT v.withdrawn ORDER BY v.happened_at DESC, v.sequence DESC LIMIT 1
)
FROM record AS r WHERE r.household_id = ANY(%(ids)s::uuid[]) AND r.record <= %(sequence)s::bigint;

-- name: resolve_link_members
-- Members by the person ids they would found, known at s, with where their record was last said to be.
SELECT m.person_id, encode(m.pseudonym, 'hex'), m.member, r.record, r.source, (
    SELECT v.amphoe FROM record_version AS v
    WHERE v.record = r.record AND v.sequence <= %(sequence)s::bigint AND NOT v.withdrawn ORDER BY v.happened_at DESC, v.sequence DESC LIMIT 1
)
FROM member AS m JOIN record AS r USING (record)
WHERE m.person_id = ANY(%(ids)s::uuid[]) AND m.member / 1024 <= %(sequence)s::bigint;

-- name: fetch_link_model
-- The linking model in force at s.
SELECT model FROM link_model_in_force WHERE recorded @> %(sequence)s::bigint;

-- name: fetch_link_decision
-- A decision about links known at s, also one that was revoked.
SELECT d.level, d.verdict, d.about, encode(d.subject, 'hex'), NOT (d.recorded @> %(sequence)s::bigint)
FROM link_decision AS d WHERE d.sequence = %(decision)s::bigint AND d.sequence <= %(sequence)s::bigint;

-- name: list_pseudonym_places
-- Where the records of these pseudonyms (of records or members) were last said to be.
SELECT DISTINCT (
    SELECT v.amphoe FROM record_version AS v
    WHERE v.record = r.record AND v.sequence <= %(sequence)s::bigint AND NOT v.withdrawn ORDER BY v.happened_at DESC, v.sequence DESC LIMIT 1
)
FROM record AS r LEFT JOIN member AS m USING (record)
WHERE encode(r.pseudonym, 'hex') = ANY(%(about)s::text[]) OR encode(m.pseudonym, 'hex') = ANY(%(about)s::text[]);
