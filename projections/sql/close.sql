-- name: close_household_state
-- End what was known of households: by founder and start of validity.
UPDATE household_state AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::bigint[], %(k1)s::timestamptz[], %(upper)s::bigint[]) AS gone (household, start, upper)
WHERE fact.household = gone.household AND lower(fact.valid) = gone.start AND upper_inf(fact.recorded);

-- name: close_household_record
-- End what was known of the household of records.
UPDATE household_record AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::bigint[], %(upper)s::bigint[]) AS gone (record, upper)
WHERE fact.record = gone.record AND upper_inf(fact.recorded);

-- name: close_person_member
-- End what was known of the person of members.
UPDATE person_member AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::bigint[], %(upper)s::bigint[]) AS gone (member, upper)
WHERE fact.member = gone.member AND upper_inf(fact.recorded);

-- name: close_link_edge
-- End links between members or records.
UPDATE link_edge AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::text[], %(k1)s::bigint[], %(k2)s::bigint[], %(upper)s::bigint[]) AS gone (level, a, b, upper)
WHERE fact.a = gone.a AND fact.b = gone.b AND fact.level = gone.level AND upper_inf(fact.recorded);

-- name: close_action_state
-- End what was known of actions.
UPDATE action_state AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::bigint[], %(upper)s::bigint[]) AS gone (action, upper)
WHERE fact.action = gone.action AND upper_inf(fact.recorded);

-- name: close_action_household
-- End what was known of the record that an action reached.
UPDATE action_household AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::bigint[], %(upper)s::bigint[]) AS gone (action, upper)
WHERE fact.action = gone.action AND upper_inf(fact.recorded);

-- name: close_agency
-- End entries of agencies.
UPDATE agency AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::text[], %(upper)s::bigint[]) AS gone (agency, upper)
WHERE fact.agency = gone.agency AND upper_inf(fact.recorded);

-- name: close_programme
-- End entries of programmes.
UPDATE programme AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::text[], %(upper)s::bigint[]) AS gone (programme, upper)
WHERE fact.programme = gone.programme AND upper_inf(fact.recorded);

-- name: close_area
-- End areas of earlier boundaries.
UPDATE area AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::text[], %(k1)s::text[], %(upper)s::bigint[]) AS gone (level, code, upper)
WHERE fact.level = gone.level AND fact.code = gone.code AND upper_inf(fact.recorded);

-- name: close_finding
-- End findings: by household, class, need, action and start.
UPDATE finding AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::bigint[], %(k1)s::text[], %(k2)s::text[], %(k3)s::bigint[], %(k4)s::timestamptz[], %(upper)s::bigint[])
    AS gone (household, class, need, action, start, upper)
WHERE fact.household = gone.household AND fact.class = gone.class AND fact.need = gone.need AND fact.action = gone.action
    AND lower(fact.valid) = gone.start AND upper_inf(fact.recorded);

-- name: close_rules
-- The rules are no longer in force.
UPDATE rules SET recorded = int8range(lower(recorded), (%(upper)s::bigint[])[1]) WHERE upper_inf(recorded);

-- name: close_referral
-- End what was known of referrals.
UPDATE referral AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::bigint[], %(upper)s::bigint[]) AS gone (referral, upper)
WHERE fact.referral = gone.referral AND upper_inf(fact.recorded);

-- name: close_link_decision
-- Decisions about links that were revoked.
UPDATE link_decision AS fact SET recorded = int8range(lower(fact.recorded), gone.upper)
FROM unnest(%(k0)s::bigint[], %(upper)s::bigint[]) AS gone (decision, upper)
WHERE fact.sequence = gone.decision AND upper_inf(fact.recorded);

-- name: close_link_model_in_force
-- The linking model is no longer in force.
UPDATE link_model_in_force SET recorded = int8range(lower(recorded), (%(upper)s::bigint[])[1]) WHERE upper_inf(recorded);

-- name: drop_link_keys
-- Keys under which records no longer meet others.
DELETE FROM link_key AS known USING unnest(%(key)s::bigint[], %(record)s::bigint[]) AS gone (key, record)
WHERE known.key = gone.key AND known.record = gone.record;

-- name: drop_recipients
-- Recipient refs of actions that were corrected or voided.
DELETE FROM action_recipient WHERE action = ANY(%(actions)s::bigint[]);

-- name: apply_closings
-- End the facts of {table} at the first closing of their key after they began.
WITH ended AS (
    SELECT fact.ctid AS place, min(gone.upper) AS upper
    FROM {table} AS fact JOIN {closing} AS gone ON {same} AND gone.upper > lower(fact.recorded)
    WHERE upper_inf(fact.recorded)
    GROUP BY fact.ctid
)
UPDATE {table} AS fact SET recorded = int8range(lower(fact.recorded), ended.upper)
FROM ended WHERE fact.ctid = ended.place;

-- name: empty_indexes
-- The indexes of the fold without rows; what is copied in the same transaction needs no log of its own.
TRUNCATE link_key, action_recipient;

-- name: open_index_keys
-- The indexes of the fold without their keys: a key is made faster over all rows than row by row.
ALTER TABLE link_key DROP CONSTRAINT link_key_pkey;

-- name: close_index_keys
-- The keys of the indexes of the fold again.
ALTER TABLE link_key ADD CONSTRAINT link_key_pkey PRIMARY KEY (key, record);

-- name: commit_lazily
-- Commits of this session do not wait for the disk.
SET synchronous_commit = off;

-- name: commit_durably
-- Commits of this session wait for the disk, as the server is set to.
RESET synchronous_commit;
