-- name: warm_records_by_pseudonym
-- Records that events or refs name.
SELECT record FROM record WHERE pseudonym = ANY(%(pseudonyms)s::bytea[]);

-- name: warm_records_by_member
-- The records that list erased members.
SELECT record FROM member WHERE pseudonym = ANY(%(pseudonyms)s::bytea[]);

-- name: warm_records_by_household
-- The founders that household refs name.
SELECT record FROM record WHERE household_id = ANY(%(households)s::uuid[]);

-- name: warm_records_by_key
-- Records that meet under these keys, by key.
SELECT key, array_agg(record) FROM link_key WHERE key = ANY(%(keys)s::bigint[]) GROUP BY key;

-- name: warm_neighbours
-- Open edges of these records, by record, with the edge itself.
WITH person_edge AS (
    SELECT one.record AS here, edge.b AS other, edge.level, edge.a, edge.b, edge.rule, edge.score
    FROM member AS one JOIN link_edge AS edge ON edge.a = one.member
    WHERE one.record = ANY(%(records)s::bigint[]) AND edge.level = 'person' AND upper_inf(edge.recorded)
    UNION ALL
    SELECT one.record, edge.a, edge.level, edge.a, edge.b, edge.rule, edge.score
    FROM member AS one JOIN link_edge AS edge ON edge.b = one.member
    WHERE one.record = ANY(%(records)s::bigint[]) AND edge.level = 'person' AND upper_inf(edge.recorded)
)
SELECT here, member.record AS there, level, a, b, rule, score
FROM person_edge JOIN member ON member.member = person_edge.other
UNION ALL
SELECT a, b, level, a, b, rule, score FROM link_edge
WHERE a = ANY(%(records)s::bigint[]) AND level <> 'person' AND upper_inf(recorded)
UNION ALL
SELECT b, a, level, a, b, rule, score FROM link_edge
WHERE b = ANY(%(records)s::bigint[]) AND level <> 'person' AND upper_inf(recorded);

-- name: warm_record_rows
-- The records themselves.
SELECT record, source, encode(pseudonym, 'hex'), household_id::text FROM record WHERE record = ANY(%(records)s::bigint[]);

-- name: warm_versions
-- Every statement of these records, in the order of the log.
SELECT record, sequence, period, happened_at, reported_at, withdrawn, amphoe, tambon, document::text
FROM record_version WHERE record = ANY(%(records)s::bigint[]) ORDER BY sequence;

-- name: warm_members
-- The members of these records.
SELECT member, encode(pseudonym, 'hex') FROM member WHERE record = ANY(%(records)s::bigint[]);

-- name: warm_persons
-- The persons of the members of these records.
SELECT fact.member, fact.person FROM member JOIN person_member AS fact USING (member)
WHERE member.record = ANY(%(records)s::bigint[]) AND upper_inf(fact.recorded);

-- name: warm_households
-- The households of these records.
SELECT record, household FROM household_record WHERE record = ANY(%(records)s::bigint[]) AND upper_inf(recorded);

-- name: warm_stretches
-- What is known of these households.
SELECT household, lower(valid), upper(valid), basis, persons, health, living, education, income, accessibility, standing
FROM household_state WHERE household = ANY(%(households)s::bigint[]) AND upper_inf(recorded);

-- name: warm_actions_by_ref
-- Actions that name one of these refs.
SELECT DISTINCT action FROM action_recipient WHERE ref = ANY(%(refs)s::bytea[]);

-- name: warm_actions_by_pseudonym
-- Actions that events correct or void.
SELECT action FROM action WHERE pseudonym = ANY(%(pseudonyms)s::bytea[]);

-- name: warm_action_rows
-- The actions, as known.
SELECT action.action, action.agency, encode(action.pseudonym, 'hex'), lower(state.valid), upper(state.valid), state.reporter,
    state.kind, state.need, state.programme, state.amount_satang,
    reached.record, reached.member, reached.household, reached.repeats
FROM action
LEFT JOIN action_state AS state ON state.action = action.action AND upper_inf(state.recorded)
LEFT JOIN action_household AS reached ON reached.action = action.action AND upper_inf(reached.recorded)
WHERE action.action = ANY(%(actions)s::bigint[]);

-- name: warm_recipients
-- The refs of these actions, in order.
SELECT action, kind, encode(ref, 'hex') FROM action_recipient
WHERE action = ANY(%(actions)s::bigint[]) ORDER BY action, ordinal;

-- name: warm_agencies
-- Agencies that have an entry.
SELECT agency FROM agency WHERE upper_inf(recorded);

-- name: warm_programmes
-- What the catalogue says of programmes.
SELECT programme, need, period, cap_satang, cap_scope, minimum_interval_days FROM programme WHERE upper_inf(recorded);

-- name: warm_rules
-- The rules in force, if any were published.
SELECT document::text FROM rules WHERE upper_inf(recorded);

-- name: warm_all_records
-- Every record.
SELECT record FROM record;

-- name: warm_households_by_programme
-- Households that got help under these programmes.
SELECT DISTINCT reached.household
FROM action_state AS state JOIN action_household AS reached USING (action)
WHERE state.programme = ANY(%(programmes)s::text[]) AND upper_inf(state.recorded) AND upper_inf(reached.recorded);

-- name: warm_actions_by_household
-- The actions that reached these households.
SELECT action FROM action_household WHERE household = ANY(%(households)s::bigint[]) AND upper_inf(recorded);

-- name: warm_persons_by_member
-- The persons of these members.
SELECT member, person FROM person_member WHERE member = ANY(%(members)s::bigint[]) AND upper_inf(recorded);

-- name: warm_findings
-- The findings of these households.
SELECT household, class, need, action, other, reason, satang, rules, lower(valid), upper(valid)
FROM finding WHERE household = ANY(%(households)s::bigint[]) AND upper_inf(recorded);

-- name: warm_areas
-- Areas of the boundaries as known.
SELECT level, code FROM area WHERE upper_inf(recorded);

-- name: warm_all_actions
-- Every action.
SELECT action FROM action;

-- name: warm_referrals
-- Referrals as they stand, by pseudonym.
SELECT referral, encode(pseudonym, 'hex'), sender, receiver, need, due_at, record, member FROM referral
WHERE pseudonym = ANY(%(pseudonyms)s::bytea[]) AND upper_inf(recorded);

-- name: warm_all_referrals
-- All referrals as they stand.
SELECT referral, encode(pseudonym, 'hex'), sender, receiver, need, due_at, record, member FROM referral
WHERE upper_inf(recorded);

-- name: warm_link_decisions
-- Decisions about links that stand.
SELECT sequence, level, verdict, about, sizes FROM link_decision WHERE upper_inf(recorded);

-- name: warm_link_model_in_force
-- The linking model in force, if one was activated, with the document that was the newest then.
SELECT force.model, (
    SELECT known.document FROM link_model AS known
    WHERE known.model = force.model AND known.sequence < lower(force.recorded) ORDER BY known.sequence DESC LIMIT 1
) FROM link_model_in_force AS force WHERE upper_inf(force.recorded);

-- name: warm_link_models
-- The newest document of these linking models, or of all.
SELECT DISTINCT ON (model) model, document FROM link_model
WHERE %(models)s::text[] IS NULL OR model = ANY(%(models)s::text[]) ORDER BY model, sequence DESC;
