-- name: reported_late
-- An event, {e}, that tells of a household or of help and was reported later than asked.
(starts_with({e}.type, 'record.') OR starts_with({e}.type, 'assistance.'))
    AND coalesce({e}.reported_at, {e}.recorded_at) > {reported_by}

-- name: drop_reported
-- What an earlier basis of the same transaction put before the tables.
DROP VIEW IF EXISTS pg_temp.event, pg_temp.record_version, pg_temp.person_member, pg_temp.household_state, pg_temp.finding,
    pg_temp.action_state, pg_temp.action_household;
DROP TABLE IF EXISTS pg_temp.reported_household, pg_temp.reported_word, pg_temp.reported_alone, pg_temp.reported_state,
    pg_temp.reported_finding, pg_temp.reported_action, pg_temp.reported_place;

-- name: create_reported
-- Where the rows wait that are told again; {live} are the tables as projected.
CREATE TEMP TABLE reported_household (household bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMP TABLE reported_word (action bigint PRIMARY KEY, sequence bigint) ON COMMIT DROP;
CREATE TEMP TABLE reported_alone (member bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMP TABLE reported_state (LIKE {live}.household_state INCLUDING GENERATED) ON COMMIT DROP;
CREATE TEMP TABLE reported_finding (LIKE {live}.finding) ON COMMIT DROP;
CREATE TEMP TABLE reported_action (LIKE {live}.action_state) ON COMMIT DROP;
CREATE TEMP TABLE reported_place (LIKE {live}.action_household) ON COMMIT DROP;
CREATE INDEX ON reported_state (household);
CREATE INDEX ON reported_finding (household);
CREATE INDEX ON reported_action (action);
CREATE INDEX ON reported_place (action);
CREATE INDEX ON reported_place (household);

-- name: create_reported_views
-- The tables without what was reported later, before those of the projection in the search path.
CREATE TEMP VIEW event AS SELECT e.* FROM {live}.event AS e WHERE NOT ({late});
CREATE TEMP VIEW record_version AS
    SELECT v.* FROM {live}.record_version AS v JOIN {live}.event AS e ON e.sequence = v.sequence WHERE NOT ({late});
CREATE TEMP VIEW person_member AS
    SELECT member, person, recorded FROM {live}.person_member
    UNION ALL
    SELECT member, member, int8range({sequence}, NULL) FROM reported_alone;
CREATE TEMP VIEW household_state AS
    SELECT s.* FROM {live}.household_state AS s
    WHERE NOT EXISTS (SELECT FROM reported_household AS h WHERE h.household = s.household)
    UNION ALL
    SELECT * FROM reported_state;
CREATE TEMP VIEW finding AS
    SELECT f.* FROM {live}.finding AS f
    WHERE NOT EXISTS (SELECT FROM reported_household AS h WHERE h.household = f.household)
    UNION ALL
    SELECT f.household, f.class, f.need, f.action, f.other, f.reason, f.satang, f.rules, f.valid,
        int8range(least(lower(f.recorded), {sequence} - 1), least(upper(f.recorded), {sequence}))
    FROM {live}.finding AS f
    WHERE lower(f.recorded) <= {sequence}
        AND EXISTS (SELECT FROM reported_household AS h WHERE h.household = f.household)
    UNION ALL
    SELECT * FROM reported_finding;

-- name: create_reported_actions
-- The same for help: the content of each action is that of the last word that had been reported.
CREATE TEMP VIEW action_state AS
    SELECT st.* FROM {live}.action_state AS st
    WHERE NOT EXISTS (SELECT FROM reported_word AS w WHERE w.action = st.action)
    UNION ALL
    SELECT * FROM reported_action;
CREATE TEMP VIEW action_household AS
    SELECT ah.* FROM {live}.action_household AS ah
    LEFT JOIN reported_word AS w ON w.action = ah.action
    LEFT JOIN reported_place AS p ON p.action = ah.action
    WHERE w.action IS NULL AND p.action IS NULL OR upper(ah.recorded) <= coalesce(lower(p.recorded), w.sequence)
    UNION ALL
    SELECT * FROM reported_place;

-- name: list_reported_neighbours
-- Which other households share a person with these, as known at s.
SELECT DISTINCT here.household, there.household
FROM household_record AS here
JOIN member AS mine ON mine.record = here.record
JOIN person_member AS one ON one.member = mine.member AND one.recorded @> %(sequence)s::bigint
JOIN person_member AS same ON same.person = one.person AND same.recorded @> %(sequence)s::bigint
JOIN member AS theirs ON theirs.member = same.member
JOIN household_record AS there ON there.record = theirs.record AND there.recorded @> %(sequence)s::bigint
WHERE here.household = ANY(%(households)s::bigint[]) AND here.recorded @> %(sequence)s::bigint
    AND there.household <> here.household;

-- name: list_reported_actions_near
-- The actions that at some time hung on a record that belongs to these households at s.
SELECT DISTINCT ah.action FROM household_record AS hr JOIN action_household AS ah ON ah.record = hr.record
WHERE hr.household = ANY(%(households)s::bigint[]) AND hr.recorded @> %(sequence)s::bigint
    AND lower(ah.recorded) <= %(sequence)s::bigint;

-- name: fill_reported_words
-- The actions of which something was reported too late, each with the last event that was not; {concerned} narrows them.
INSERT INTO reported_word (action, sequence)
SELECT e.action, max(e.sequence) FILTER (WHERE NOT ({late})) FROM event AS e
WHERE e.action IS NOT NULL AND e.sequence <= %(sequence)s::bigint AND {concerned}
GROUP BY e.action HAVING bool_or({late});

-- name: fill_reported_actions
-- What was known of these actions from the events that were reported in time; the last word is open.
INSERT INTO reported_action
SELECT st.action, st.sequence,
    CASE WHEN st.sequence = w.sequence THEN int8range(lower(st.recorded), NULL) ELSE st.recorded END,
    st.valid, st.reported_at, st.agency, st.reporter, st.programme, st.kind, st.need, st.level, st.amount_satang, st.quantity,
    st.unit, st.corrected, st.subject, st.help
FROM reported_word AS w
JOIN action_state AS st ON st.action = w.action AND st.sequence <= w.sequence
JOIN event AS e ON e.sequence = st.sequence
WHERE NOT ({late});

-- name: fill_reported_places
-- Whom these actions reached: as known at s where the last word is the same, else as it was known just before the word that is left out.
INSERT INTO reported_place
SELECT ah.action, ah.record, ah.member, hr.household, NULL,
    int8range(
        CASE WHEN upper(ah.recorded) <= %(sequence)s::bigint THEN upper(ah.recorded) ELSE lower(ah.recorded) END, NULL
    )
FROM reported_word AS w
JOIN action_state AS st ON st.action = w.action AND st.sequence = w.sequence
JOIN action_household AS ah ON ah.action = st.action AND ah.recorded @>
    CASE WHEN st.recorded @> %(sequence)s::bigint THEN %(sequence)s::bigint ELSE upper(st.recorded) - 1 END
JOIN household_record AS hr ON hr.record = ah.record AND hr.recorded @> %(sequence)s::bigint;

-- name: list_reported_households
-- The households that something concerns which was reported too late.
SELECT hr.household FROM event AS e
JOIN household_record AS hr ON hr.record = e.record AND hr.recorded @> %(sequence)s::bigint
WHERE e.record IS NOT NULL AND e.sequence <= %(sequence)s::bigint AND {late}
UNION
SELECT ah.household FROM reported_word AS w
JOIN action_household AS ah ON ah.action = w.action AND ah.recorded @> %(sequence)s::bigint
UNION
SELECT household FROM reported_place;

-- name: fill_reported_households
-- The households that are told again.
INSERT INTO reported_household (household) SELECT unnest(%(households)s::bigint[]);

-- name: fill_reported_places_beside
-- The other help of the households that are told again.
INSERT INTO reported_place
SELECT ah.action, ah.record, ah.member, ah.household, NULL, int8range(lower(ah.recorded), NULL)
FROM reported_household AS h
JOIN action_household AS ah ON ah.household = h.household AND ah.recorded @> %(sequence)s::bigint
WHERE NOT EXISTS (SELECT FROM reported_word AS w WHERE w.action = ah.action);

-- name: list_reported_records
-- The records of these households.
SELECT hr.record, hr.household, r.source FROM household_record AS hr JOIN record AS r USING (record)
WHERE hr.household = ANY(%(households)s::bigint[]) AND hr.recorded @> %(sequence)s::bigint;

-- name: list_reported_persons
-- The persons of their members.
SELECT m.member, pm.person FROM household_record AS hr
JOIN member AS m USING (record)
JOIN person_member AS pm ON pm.member = m.member AND pm.recorded @> %(sequence)s::bigint
WHERE hr.household = ANY(%(households)s::bigint[]) AND hr.recorded @> %(sequence)s::bigint;

-- name: list_reported_versions
-- What their records said in time, in the order of the log.
SELECT v.record, v.sequence, v.period, v.happened_at, v.reported_at, v.withdrawn, v.amphoe, v.tambon, v.document::text
FROM household_record AS hr
JOIN record_version AS v USING (record)
JOIN event AS e ON e.sequence = v.sequence
WHERE hr.household = ANY(%(households)s::bigint[]) AND hr.recorded @> %(sequence)s::bigint
    AND v.sequence <= %(sequence)s::bigint AND NOT ({late})
ORDER BY v.sequence;

-- name: list_reported_actions
-- Their help.
SELECT p.household, p.action, p.record, p.member, st.sequence, lower(st.valid), upper(st.valid), action.agency, st.reporter,
    st.kind, st.need, st.programme, st.amount_satang
FROM reported_place AS p
JOIN action_state AS st ON st.action = p.action AND st.recorded @> %(sequence)s::bigint
JOIN action ON action.action = p.action
WHERE p.household = ANY(%(households)s::bigint[]);

-- name: fetch_reported_rules
-- The rules in force at s, with the sequence from which on they are.
SELECT document::text, lower(recorded) FROM rules WHERE recorded @> %(sequence)s::bigint;

-- name: list_reported_programmes
-- What the catalogue says at s.
SELECT programme, need, period, cap_satang, cap_scope, minimum_interval_days FROM programme
WHERE recorded @> %(sequence)s::bigint;

-- name: fill_reported_alone
-- Members whom no link knows.
INSERT INTO reported_alone (member) SELECT unnest(%(members)s::bigint[]) ON CONFLICT DO NOTHING;

-- name: mark_reported_repeats
-- Which help was reported a second time.
UPDATE reported_place AS p SET repeats = found.repeats
FROM unnest(%(actions)s::bigint[], %(repeats)s::bigint[]) AS found (action, repeats) WHERE p.action = found.action;

-- name: analyze_reported
-- So that what follows is planned by how much there is.
ANALYZE reported_household, reported_word, reported_state, reported_finding, reported_action, reported_place;


-- name: allow_refolding
-- The longest that one statement of the transaction may take.
SET LOCAL statement_timeout = '120s';

-- name: was_erased_since
-- Whether somebody was erased after that event.
SELECT EXISTS (SELECT FROM event WHERE sequence > %(checkpoint)s AND type = 'subject.erased.v1');

-- name: fetch_last_event
-- The newest event.
SELECT coalesce(max(sequence), 0) FROM event;
