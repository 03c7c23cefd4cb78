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
FROM record AS r WHERE r.record IN (
    SELECT found.record FROM unnest(%(about)s::text[]) AS item (pseudonym) JOIN record AS found ON found.pseudonym = decode(item.pseudonym, 'hex')
    UNION
    SELECT found.record FROM unnest(%(about)s::text[]) AS item (pseudonym) JOIN member AS found ON found.pseudonym = decode(item.pseudonym, 'hex')
);

-- name: list_link_versions
-- Every content that these records were given by s, in the order of the log.
SELECT v.record, v.sequence, v.period, v.happened_at, v.amphoe, v.tambon, v.document::text, r.source, encode(r.pseudonym, 'hex'), r.household_id
FROM record_version AS v JOIN record AS r USING (record)
WHERE v.record = ANY(%(records)s::bigint[]) AND NOT v.withdrawn AND v.sequence <= %(sequence)s::bigint ORDER BY v.sequence;

-- name: list_link_persons
-- The members of these records with their persons at s.
SELECT m.member, m.person_id, encode(m.pseudonym, 'hex'), fact.person, founder.person_id
FROM member AS m
JOIN person_member AS fact ON fact.member = m.member AND fact.recorded @> %(sequence)s::bigint
JOIN member AS founder ON founder.member = fact.person
WHERE m.record = ANY(%(records)s::bigint[]);

-- name: list_link_households
-- The households of these records at s.
SELECT link.record, link.household, founder.household_id
FROM household_record AS link JOIN record AS founder ON founder.record = link.household
WHERE link.record = ANY(%(records)s::bigint[]) AND link.recorded @> %(sequence)s::bigint;

-- name: list_household_members
-- The records of a household at s.
SELECT record FROM household_record WHERE household = %(household)s::bigint AND recorded @> %(sequence)s::bigint ORDER BY record;

-- name: list_link_edges
-- The edges known at s that touch these records, or members of them; the records of both ends.
WITH own AS (SELECT member FROM member WHERE record = ANY(%(records)s::bigint[]))
SELECT e.level, e.a, e.b, e.rule, e.score, lower(e.recorded), a.record, b.record
FROM link_edge AS e JOIN member AS a ON a.member = e.a JOIN member AS b ON b.member = e.b
WHERE e.level = 'person' AND e.recorded @> %(sequence)s::bigint AND (e.a IN (SELECT member FROM own) OR e.b IN (SELECT member FROM own))
UNION ALL
SELECT e.level, e.a, e.b, e.rule, e.score, lower(e.recorded), e.a, e.b
FROM link_edge AS e
WHERE e.level <> 'person' AND e.recorded @> %(sequence)s::bigint
    AND (e.a = ANY(%(records)s::bigint[]) OR e.b = ANY(%(records)s::bigint[]))
ORDER BY 1, 2, 3;

-- name: list_link_decisions
-- Decisions known by s that name one of these pseudonyms, also revoked ones, the oldest first.
SELECT d.sequence, d.level, d.verdict, d.about, d.sizes, d.actor, d.happened_at, e.recorded_at, d.seen, d.model, d.words::text,
    CASE WHEN d.recorded @> %(sequence)s::bigint THEN NULL ELSE upper(d.recorded) END
FROM link_decision AS d JOIN event AS e USING (sequence)
WHERE d.about && %(about)s::text[] AND d.sequence <= %(sequence)s::bigint ORDER BY d.sequence;

-- name: fetch_link_model_document
-- The linking model in force at s.
SELECT m.document FROM link_model_in_force AS chosen JOIN link_model AS m USING (model)
WHERE chosen.recorded @> %(sequence)s::bigint AND m.sequence <= %(sequence)s::bigint ORDER BY m.sequence DESC LIMIT 1;

-- name: count_shared_keys
-- Under how many keys two records meet now, and under how many of these too many others do.
SELECT count(*), count(*) FILTER (WHERE (SELECT count(*) FROM link_key AS k WHERE k.key = one.key) > %(crowd)s)
FROM link_key AS one JOIN link_key AS other USING (key)
WHERE one.record = %(a)s::bigint AND other.record = %(b)s::bigint;

-- name: fetch_published_model
-- Whether a linking model was published.
SELECT sequence FROM link_model WHERE model = %(model)s LIMIT 1;
