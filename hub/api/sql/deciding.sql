-- name: fetch_decidable
-- The finding of this class, need and action that stands at (v, s), with the founder of its household and where that one is.
SELECT founder.household_id, encode(founder.pseudonym, 'hex'), s.amphoe
FROM {findings} AS f
JOIN record AS founder ON founder.record = f.household
LEFT JOIN {states} AS s ON s.household = f.household AND {known_state} AND s.valid @> %(valid_at)s::timestamptz
WHERE f.class = %(class)s AND {known} AND f.valid @> %(valid_at)s::timestamptz AND {named}
LIMIT 1;

-- name: fetch_rules_in_force
-- The rules in force at s, with the sequence from which on they are.
SELECT document::text, lower(recorded) FROM rules WHERE recorded @> %(sequence)s::bigint;
