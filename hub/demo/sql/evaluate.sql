-- name: evaluated_records
-- Every record with the household that now holds it.
SELECT r.record, encode(r.pseudonym, 'hex'), hr.household
FROM record AS r JOIN household_record AS hr ON hr.record = r.record AND upper_inf(hr.recorded);

-- name: evaluated_versions
-- Every statement as it came in: areas, needs and the ids of its members in order.
SELECT v.sequence, v.record, v.period, v.happened_at, v.reported_at, v.withdrawn, v.amphoe, v.tambon, v.document->'house'->'needs',
    (SELECT array_agg((m->>'id')::bigint ORDER BY place) FROM json_array_elements(v.document->'members') WITH ORDINALITY AS l (m, place))
FROM record_version AS v ORDER BY v.sequence;

-- name: evaluated_actions
-- Every action that is known, with the household that it resolves to.
SELECT a.action, encode(a.pseudonym, 'hex'), ah.household
FROM action AS a
JOIN action_state AS st ON st.action = a.action AND upper_inf(st.recorded)
LEFT JOIN action_household AS ah ON ah.action = a.action AND upper_inf(ah.recorded);

-- name: evaluated_findings
-- What stands at an instant as known now.
SELECT class, household, need, action FROM finding
WHERE upper_inf(recorded) AND valid @> %(valid_at)s::timestamptz;

-- name: evaluated_persons
-- The person that every member is now.
SELECT member, person FROM person_member WHERE upper_inf(recorded);

-- name: evaluated_rules
-- The rules in force.
SELECT document::text FROM rules WHERE upper_inf(recorded);

-- name: evaluated_programmes
-- What the catalogue now says of each programme.
SELECT programme, need, period, cap_satang, cap_scope, minimum_interval_days FROM programme WHERE upper_inf(recorded);
