-- name: list_households_of_founder
-- The household, at s, of the record that lists the founder of a person.
SELECT link.household FROM member AS m
JOIN household_record AS link ON link.record = m.record AND link.recorded @> %(sequence)s::bigint
WHERE m.person_id = %(person_id)s;

-- name: fetch_person_id
-- The public id of a person: that of the member that founded it.
SELECT person_id FROM member WHERE member = %(person)s::bigint;

-- name: list_person_aliases
-- The other person ids that resolve here at s.
SELECT m.person_id FROM person_member AS fact JOIN member AS m USING (member)
WHERE fact.person = %(person)s::bigint AND fact.recorded @> %(sequence)s::bigint AND fact.member <> fact.person
ORDER BY fact.member;

-- name: list_person_listings
-- Every stretch of a household, known at s, in which one of its statements lists the person.
SELECT s.household, founder.household_id, s.amphoe, lower(s.valid), upper(s.valid), r.source, v.sequence, v.period, v.happened_at,
    (listed.place - 1)::int, (listed.item -> 'member')::text
FROM person_member AS fact
JOIN member AS m ON m.member = fact.member
JOIN record AS r ON r.record = m.record
JOIN household_record AS link ON link.record = m.record AND link.recorded @> %(sequence)s::bigint
JOIN {states} AS s ON s.household = link.household AND s.recorded @> %(sequence)s::bigint
JOIN record AS founder ON founder.record = s.household
JOIN record_version AS v ON v.sequence = ANY(s.basis) AND v.record = m.record
CROSS JOIN LATERAL json_array_elements(v.document -> 'members') WITH ORDINALITY AS listed (item, place)
WHERE fact.person = %(person)s::bigint AND fact.recorded @> %(sequence)s::bigint AND (listed.item ->> 'id')::bigint = m.member
ORDER BY lower(s.valid), v.happened_at, v.sequence;

-- name: list_person_help
-- Help that names the person, known at s, that had happened at v; whether each counts, or was only reported a second time.
SELECT st.action, st.agency, st.reporter, st.programme, st.kind, st.need, st.amount_satang, lower(st.valid), upper(st.valid),
    st.sequence, ah.repeats, ah.household, ah.repeats IS NULL OR coalesce((
        SELECT d.verdict IN ('complementary', 'dismissed') FROM finding_decision AS d
        WHERE d.finding = 'D0-' || ah.action || '-' || ah.repeats AND d.sequence <= %(sequence)s::bigint
            AND d.happened_at >= lower(st.valid)
        ORDER BY d.sequence DESC LIMIT 1
    ), false)
FROM person_member AS fact
JOIN member AS m ON m.member = fact.member
JOIN action_household AS ah ON ah.record = m.record AND ah.member = fact.member AND ah.recorded @> %(sequence)s::bigint
JOIN {actions} AS st ON st.action = ah.action AND st.recorded @> %(sequence)s::bigint
WHERE fact.person = %(person)s::bigint AND fact.recorded @> %(sequence)s::bigint AND lower(st.valid) <= %(valid_at)s::timestamptz
ORDER BY lower(st.valid), st.action;
