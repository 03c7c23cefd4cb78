-- name: create_intake
-- The schema of the intake ledger.
CREATE SCHEMA IF NOT EXISTS intake;

-- name: create_statement
-- The latest event of every statement. The last event of a record's subject is the greatest sequence among its statements.
CREATE TABLE IF NOT EXISTS intake.statement (
    record bytea NOT NULL,
    period text NOT NULL,
    source text NOT NULL,
    amphoe text,
    content bytea,
    sequence bigint NOT NULL,
    withdrawn boolean NOT NULL,
    PRIMARY KEY (record, period)
);

-- name: create_statement_more
-- When the source itself knew it, and the first event of the statement; a ledger of before these columns has none.
ALTER TABLE intake.statement ADD COLUMN IF NOT EXISTS reported_at timestamptz,
    ADD COLUMN IF NOT EXISTS first_sequence bigint;

-- name: create_statement_scope
-- For the scope of a snapshot.
CREATE INDEX IF NOT EXISTS statement_scope ON intake.statement (source, period) WHERE NOT withdrawn;

-- name: create_action
-- The first and the latest event of every action.
CREATE TABLE IF NOT EXISTS intake.action (
    action bytea PRIMARY KEY,
    first_content bytea NOT NULL,
    first_sequence bigint NOT NULL,
    content bytea NOT NULL,
    sequence bigint NOT NULL,
    voided boolean NOT NULL,
    subject bytea
);

-- name: create_action_subject
-- Whose key seals what is said of the action; a ledger of before this column has none.
ALTER TABLE intake.action ADD COLUMN IF NOT EXISTS subject bytea;

-- name: create_item
-- The latest event of every other subject: agencies, programmes, boundaries, batches.
CREATE TABLE IF NOT EXISTS intake.item (token bytea PRIMARY KEY, content bytea NOT NULL, sequence bigint NOT NULL);

-- name: create_course
-- Every event of a finding or a referral: a repeat is recognised wherever it stands, and a step has to follow.
CREATE TABLE IF NOT EXISTS intake.course (
    token bytea NOT NULL,
    sequence bigint NOT NULL,
    event_id text NOT NULL,
    step text NOT NULL,
    subject bytea NOT NULL,
    sender text,
    receiver text,
    PRIMARY KEY (token, sequence)
);

-- name: create_checkpoint
-- Up to which event the ledger knows the log without a hole.
CREATE TABLE IF NOT EXISTS intake.checkpoint (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    sequence bigint NOT NULL
);

-- name: start_checkpoint
-- The ledger begins before the first event.
INSERT INTO intake.checkpoint (sequence) VALUES (0) ON CONFLICT DO NOTHING;

-- name: fetch_checkpoint
-- Up to which event the ledger knows the log.
SELECT sequence FROM intake.checkpoint;

-- name: relax_commit
-- This transaction need not be synced: entries and checkpoint are lost together and read from the log again.
SET LOCAL synchronous_commit TO off;

-- name: advance_checkpoint
-- The ledger now also knows first to last, if it knew everything before.
UPDATE intake.checkpoint SET sequence = %(last)s WHERE sequence >= %(first)s - 1 AND sequence < %(last)s;

-- name: fetch_statements
-- What is known of these records, by statement.
SELECT record, period, content, sequence, withdrawn, reported_at, first_sequence
FROM intake.statement WHERE record = ANY(%(keys)b::bytea[]);

-- name: fetch_actions
-- What is known of these actions.
SELECT action, first_content, first_sequence, content, sequence, voided, subject
FROM intake.action WHERE action = ANY(%(keys)b::bytea[]);

-- name: fetch_items
-- What is known of these other subjects.
SELECT token, content, sequence FROM intake.item WHERE token = ANY(%(keys)b::bytea[]);

-- name: fetch_courses
-- What is known of these findings and referrals, in order.
SELECT token, sequence, event_id, step, subject, sender, receiver
FROM intake.course WHERE token = ANY(%(keys)b::bytea[]) ORDER BY token, sequence;

-- name: put_courses
-- Events of findings and referrals.
INSERT INTO intake.course (token, sequence, event_id, step, subject, sender, receiver)
SELECT * FROM unnest(
    %(token)b::bytea[], %(sequence)b::bigint[], %(event_id)b::text[], %(step)b::text[], %(subject)b::bytea[],
    %(sender)b::text[], %(receiver)b::text[]
)
ON CONFLICT DO NOTHING;

-- name: put_statements
-- The latest events of statements; an older one never replaces a newer.
INSERT INTO intake.statement (
    record, period, source, amphoe, content, sequence, withdrawn, reported_at, first_sequence
)
SELECT record, period, source, amphoe, content, sequence, withdrawn, reported_at, sequence FROM unnest(
    %(record)b::bytea[], %(period)b::text[], %(source)b::text[], %(amphoe)b::text[], %(content)b::bytea[],
    %(sequence)b::bigint[], %(withdrawn)b::boolean[], %(reported_at)b::timestamptz[]
) AS latest (record, period, source, amphoe, content, sequence, withdrawn, reported_at)
ON CONFLICT (record, period) DO UPDATE SET
    content = coalesce(excluded.content, intake.statement.content), sequence = excluded.sequence,
    withdrawn = excluded.withdrawn, amphoe = coalesce(excluded.amphoe, intake.statement.amphoe),
    reported_at = excluded.reported_at
WHERE excluded.sequence > intake.statement.sequence;

-- name: put_actions
-- The latest events of actions; the first stays, also when it is learnt of later.
INSERT INTO intake.action (action, first_content, first_sequence, content, sequence, voided, subject)
SELECT action, content, sequence, content, sequence, voided, subject FROM unnest(
    %(action)b::bytea[], %(content)b::bytea[], %(sequence)b::bigint[], %(voided)b::boolean[], %(subject)b::bytea[]
) AS latest (action, content, sequence, voided, subject)
ON CONFLICT (action) DO UPDATE SET
    first_content = CASE WHEN excluded.sequence < intake.action.first_sequence
        THEN excluded.content ELSE intake.action.first_content END,
    first_sequence = least(excluded.sequence, intake.action.first_sequence),
    content = CASE WHEN excluded.sequence > intake.action.sequence THEN excluded.content ELSE intake.action.content END,
    voided = CASE WHEN excluded.sequence > intake.action.sequence THEN excluded.voided ELSE intake.action.voided END,
    subject = CASE WHEN excluded.sequence > intake.action.sequence THEN excluded.subject ELSE intake.action.subject END,
    sequence = greatest(excluded.sequence, intake.action.sequence)
WHERE excluded.sequence > intake.action.sequence OR excluded.sequence < intake.action.first_sequence;

-- name: put_items
-- The latest events of other subjects.
INSERT INTO intake.item (token, content, sequence)
SELECT * FROM unnest(%(token)b::bytea[], %(content)b::bytea[], %(sequence)b::bigint[])
ON CONFLICT (token) DO UPDATE SET content = excluded.content, sequence = excluded.sequence
WHERE excluded.sequence > intake.item.sequence;

-- name: fetch_scope
-- The standing statements of a source and period inside these amphoe (all of them when none is named), but for what was reported later.
SELECT record, amphoe FROM intake.statement
WHERE source = %(source)s AND period = ANY(%(periods)s::text[]) AND NOT withdrawn
    AND (reported_at IS NULL OR %(reported_before)s::timestamptz IS NULL OR reported_at < %(reported_before)s)
    AND (%(areas)s::text[] IS NULL OR amphoe = ANY(%(areas)s::text[]));

-- name: list_withdrawn_since
-- The withdrawals of a source behind a sequence.
SELECT sequence FROM intake.statement WHERE source = %(source)s AND withdrawn AND sequence > %(sequence)s;
