-- name: create_review_claim
-- Who took which review, until when: working data, not history.
CREATE TABLE IF NOT EXISTS access.review_claim (
    review text PRIMARY KEY,
    key_id text NOT NULL,
    taken_at timestamptz NOT NULL,
    until timestamptz NOT NULL
);

-- name: claim_review
-- Take a review that nobody else holds at this moment.
INSERT INTO access.review_claim AS held (review, key_id, taken_at, until)
VALUES (%(review)s, %(key_id)s, %(now)s, %(until)s)
ON CONFLICT (review) DO UPDATE SET key_id = excluded.key_id, taken_at = excluded.taken_at, until = excluded.until
WHERE held.key_id = excluded.key_id OR held.until <= excluded.taken_at
RETURNING key_id, until;

-- name: release_review
-- Give a review back.
DELETE FROM access.review_claim WHERE review = %(review)s AND key_id = %(key_id)s;

-- name: list_claims
-- Who holds these reviews at this moment.
SELECT review, key_id, until FROM access.review_claim WHERE review = ANY(%(reviews)s::text[]) AND until > %(now)s;

-- name: list_reviews
-- A page of what people should decide at (v, s), the greatest impact first; {restricted} are the filters.
WITH edge AS MATERIALIZED (
    SELECT DISTINCT ON (least(here.household, there.household), greatest(here.household, there.household))
        'household' AS level, e.a, e.b, e.a AS a_record, e.b AS b_record, e.rule, e.score, lower(e.recorded) AS since
    FROM link_edge AS e
    JOIN household_record AS here ON here.record = e.a AND {known_here}
    JOIN household_record AS there ON there.record = e.b AND {known_there}
    WHERE e.level = 'undecided' AND {known_edge} AND here.household <> there.household
    ORDER BY least(here.household, there.household), greatest(here.household, there.household), e.score DESC, e.a, e.b
), personal AS MATERIALIZED (
    SELECT DISTINCT ON (least(mine.person, theirs.person), greatest(mine.person, theirs.person))
        'person' AS level, e.a, e.b, ma.record AS a_record, mb.record AS b_record, e.rule, e.score, lower(e.recorded) AS since
    FROM link_edge AS e
    JOIN member AS ma ON ma.member = e.a JOIN member AS mb ON mb.member = e.b
    JOIN person_member AS mine ON mine.member = e.a AND {known_mine}
    JOIN person_member AS theirs ON theirs.member = e.b AND {known_theirs}
    WHERE e.level = 'person' AND e.score < %(link)s AND {known_edge} AND mine.person <> theirs.person AND NOT EXISTS (
        SELECT FROM edge WHERE edge.a = least(ma.record, mb.record) AND edge.b = greatest(ma.record, mb.record)
    )
    ORDER BY least(mine.person, theirs.person), greatest(mine.person, theirs.person), e.score DESC, e.a, e.b
), newest AS MATERIALIZED (
    SELECT d.sequence, d.level, d.verdict, d.about, d.actor FROM link_decision AS d WHERE {known_decision}
), named AS MATERIALIZED (
    SELECT newest.sequence, newest.level, coalesce(r.record, m.member) AS number, coalesce(r.record, m.record) AS record
    FROM newest CROSS JOIN LATERAL unnest(newest.about) AS item (pseudonym)
    LEFT JOIN record AS r ON newest.level = 'household' AND r.pseudonym = decode(item.pseudonym, 'hex')
    LEFT JOIN member AS m ON newest.level = 'person' AND m.pseudonym = decode(item.pseudonym, 'hex')
), settled AS MATERIALIZED (
    SELECT DISTINCT one.level, one.number AS a, other.number AS b
    FROM named AS one JOIN named AS other USING (sequence) WHERE one.number < other.number
), waiting AS MATERIALIZED (
    SELECT 'undecided' AS kind, 0::bigint AS decision, doubt.*
    FROM (SELECT * FROM edge UNION ALL SELECT * FROM personal) AS doubt
    WHERE NOT EXISTS (SELECT FROM settled AS s WHERE s.level = doubt.level AND s.a = doubt.a AND s.b = doubt.b) AND NOT EXISTS (
        SELECT FROM settled AS s
        WHERE s.level = 'household' AND s.a = least(doubt.a_record, doubt.b_record) AND s.b = greatest(doubt.a_record, doubt.b_record)
    )
    UNION ALL
    SELECT CASE newest.verdict WHEN 'needs_field_check' THEN 'field_check' ELSE 'second' END, newest.sequence,
        newest.level, low.number, high.number, low.record, high.record, NULL, NULL, newest.sequence
    FROM newest
    JOIN LATERAL (SELECT * FROM named WHERE named.sequence = newest.sequence ORDER BY number LIMIT 1) AS low ON true
    JOIN LATERAL (SELECT * FROM named WHERE named.sequence = newest.sequence ORDER BY number DESC LIMIT 1) AS high ON true
    WHERE (newest.verdict = 'needs_field_check' OR newest.sequence = ANY(%(sampled)s::bigint[]))
        AND NOT EXISTS (SELECT FROM newest AS later WHERE later.sequence > newest.sequence AND later.about @> newest.about)
        AND (newest.verdict = 'needs_field_check' OR (
            newest.actor IS DISTINCT FROM %(key_id)s
            AND NOT EXISTS (SELECT FROM newest AS before WHERE before.sequence < newest.sequence AND before.about @> newest.about)
        ))
), placed AS MATERIALIZED (
    SELECT w.*, here.household AS one, there.household AS other
    FROM waiting AS w
    JOIN household_record AS here ON here.record = w.a_record AND {known_here}
    JOIN household_record AS there ON there.record = w.b_record AND {known_there}
),
concerned AS MATERIALIZED (SELECT one AS household FROM placed UNION SELECT other FROM placed),
help AS MATERIALIZED (
    SELECT ah.household, coalesce(sum(st.amount_satang), 0)::bigint AS satang
    FROM action_household AS ah JOIN {actions} AS st ON st.action = ah.action AND {known_action}
    WHERE {known_anchor} AND ah.repeats IS NULL AND ah.household IN (SELECT household FROM concerned)
        AND lower(st.valid) <= %(valid_at)s::timestamptz
    GROUP BY ah.household
), unmet AS MATERIALIZED (
    SELECT f.household, count(*) AS needs FROM {findings} AS f
    WHERE f.class = 'unserved' AND {known_finding} AND f.valid @> %(valid_at)s::timestamptz AND f.household IN (SELECT household FROM concerned)
    GROUP BY f.household
), weighed AS (
    SELECT CASE w.kind WHEN 'undecided' THEN CASE w.level WHEN 'person' THEN 'P-' ELSE 'L-' END || w.a || '-' || w.b ELSE 'D-' || w.decision END AS review,
        w.*,
        CASE WHEN w.one = w.other THEN coalesce(h1.satang, 0) ELSE least(coalesce(h1.satang, 0), coalesce(h2.satang, 0)) END AS satang,
        coalesce(u1.needs, 0) + CASE WHEN w.one = w.other THEN 0 ELSE coalesce(u2.needs, 0) END AS unserved,
        s1.persons + CASE WHEN w.one = w.other THEN 0 ELSE s2.persons END AS persons,
        s1.amphoe, s1.tambon, s2.amphoe AS other_amphoe
    FROM placed AS w
    JOIN {states} AS s1 ON s1.household = w.one AND {known_one} AND s1.valid @> %(valid_at)s::timestamptz
    JOIN {states} AS s2 ON s2.household = w.other AND {known_other} AND s2.valid @> %(valid_at)s::timestamptz
    LEFT JOIN help AS h1 ON h1.household = w.one LEFT JOIN help AS h2 ON h2.household = w.other
    LEFT JOIN unmet AS u1 ON u1.household = w.one LEFT JOIN unmet AS u2 ON u2.household = w.other
)
SELECT w.review, w.kind, w.level, coalesce(ma.person_id, ra.household_id), coalesce(mb.person_id, rb.household_id), ra.source, rb.source,
    w.rule, w.score, w.since, w.satang, w.unserved, w.persons, w.amphoe, w.tambon,
    encode(coalesce(ma.pseudonym, ra.pseudonym), 'hex'), encode(coalesce(mb.pseudonym, rb.pseudonym), 'hex'), count(*) OVER ()
FROM weighed AS w JOIN record AS ra ON ra.record = w.a_record JOIN record AS rb ON rb.record = w.b_record
LEFT JOIN member AS ma ON w.level = 'person' AND ma.member = w.a
LEFT JOIN member AS mb ON w.level = 'person' AND mb.member = w.b
WHERE {restricted}
ORDER BY w.satang DESC, w.unserved DESC, w.persons DESC, w.review LIMIT %(limit)s OFFSET %(offset)s;

-- name: list_judged_twice
-- Decisions about the same records or members, the oldest first: who decided what.
SELECT d.sequence, d.level, (SELECT array_agg(item ORDER BY item) FROM unnest(d.about) AS item), d.verdict, d.actor
FROM link_decision AS d WHERE d.sequence <= %(sequence)s::bigint ORDER BY d.sequence;
