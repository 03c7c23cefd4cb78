-- name: list_words
-- The different words of one column in the rows to be read.
SELECT DISTINCT {word} FROM {relation} AS fact WHERE {condition};

-- name: read_states
-- The counted columns of households over time as whole numbers; instants in microseconds since 1970, words by their place in a list.
SELECT fact.household,
    coalesce((extract(epoch FROM lower(fact.valid)) * 1000000)::bigint, -9223372036854775807),
    coalesce((extract(epoch FROM upper(fact.valid)) * 1000000)::bigint, 9223372036854775807),
    coalesce(lower(fact.recorded), 0), coalesce(upper(fact.recorded), 9223372036854775807),
    array_position(%(place)s::text[], coalesce(fact.amphoe, '') || '/' || coalesce(fact.tambon, '')) - 1,
    array_position(%(sources)s::text[], array_to_string(fact.sources, ' ')) - 1,
    fact.in_sources, fact.persons,
    coalesce(fact.health::int, -1), coalesce(fact.living::int, -1), coalesce(fact.education::int, -1),
    coalesce(fact.income::int, -1), coalesce(fact.accessibility::int, -1), coalesce(fact.level, -1),
    coalesce(array_position(%(standing)s::text[], fact.standing), 0) - 1
FROM {relation} AS fact WHERE {condition};

-- name: read_helps
-- The counted columns of actions as known over time.
SELECT fact.action,
    coalesce((extract(epoch FROM lower(fact.valid)) * 1000000)::bigint, -9223372036854775807),
    coalesce((extract(epoch FROM fact.reported_at) * 1000000)::bigint, -9223372036854775807),
    coalesce(lower(fact.recorded), 0), coalesce(upper(fact.recorded), 9223372036854775807),
    coalesce(fact.amount_satang, 0),
    array_position(%(agency)s::text[], fact.agency) - 1, array_position(%(need)s::text[], fact.need) - 1,
    array_position(%(kind)s::text[], fact.kind) - 1
FROM {relation} AS fact WHERE {condition};

-- name: read_places
-- To which household an action belongs, and which action it reports again (-1: none).
SELECT fact.action, fact.household, coalesce(fact.repeats, -1),
    coalesce(lower(fact.recorded), 0), coalesce(upper(fact.recorded), 9223372036854775807)
FROM {relation} AS fact WHERE {condition};

-- name: read_findings
-- The counted columns of findings over time.
SELECT fact.household,
    coalesce((extract(epoch FROM lower(fact.valid)) * 1000000)::bigint, -9223372036854775807),
    coalesce((extract(epoch FROM upper(fact.valid)) * 1000000)::bigint, 9223372036854775807),
    coalesce(lower(fact.recorded), 0), coalesce(upper(fact.recorded), 9223372036854775807),
    fact.action, coalesce(fact.other, -1),
    array_position(%(class)s::text[], fact.class) - 1, array_position(%(need)s::text[], fact.need) - 1
FROM {relation} AS fact WHERE {condition};

-- name: read_holders
-- Which household holds a record.
SELECT fact.record, fact.household,
    coalesce(lower(fact.recorded), 0), coalesce(upper(fact.recorded), 9223372036854775807)
FROM {relation} AS fact WHERE {condition};

-- name: read_edges
-- Records that might belong together, undecided.
SELECT fact.a, fact.b, coalesce(lower(fact.recorded), 0), coalesce(upper(fact.recorded), 9223372036854775807)
FROM {relation} AS fact WHERE fact.level = 'undecided' AND {condition};

-- name: list_decided_findings
-- All decisions about findings, in their order.
SELECT sequence, finding, verdict, (extract(epoch FROM happened_at) * 1000000)::bigint FROM finding_decision ORDER BY sequence;

-- name: fetch_rules
-- The rules in force at s, if any were published.
SELECT document::text FROM rules WHERE recorded @> %(sequence)s::bigint;

-- name: list_chosen_households
-- These households at (v, s), by founder.
SELECT s.household, founder.household_id, s.amphoe, s.tambon, s.moo, s.sources, s.in_sources, s.persons, s.level, s.standing
FROM {states} AS s JOIN record AS founder ON founder.record = s.household
WHERE s.household = ANY(%(chosen)s::bigint[]) AND s.recorded @> %(sequence)s::bigint AND s.valid @> %(valid_at)s::timestamptz
ORDER BY s.household;

-- name: list_founding_ids
-- The public ids of these households.
SELECT record, household_id FROM record WHERE record = ANY(%(chosen)s::bigint[]);
