-- name: fetch_referral
-- A referral as it stands at s.
SELECT encode(pseudonym, 'hex'), sender, receiver FROM referral
WHERE referral = %(referral)s AND recorded @> %(sequence)s::bigint;

-- name: list_referrals
-- A page of the referrals that an agency sent or received, as they stand at s; {conditions} are the filters.
SELECT r.referral, encode(r.pseudonym, 'hex'), r.step, r.sender, r.receiver, r.need, r.due_at, r.action, r.sequence,
    founder.household_id, begun.happened_at, e.recorded_at, sent.words::text, r.words::text
FROM referral AS r
JOIN referral AS sent ON sent.referral = r.referral AND sent.sequence = r.referral
JOIN event AS begun ON begun.sequence = r.referral
JOIN event AS e ON e.sequence = r.sequence
LEFT JOIN household_record AS hr ON hr.record = r.record AND hr.recorded @> %(sequence)s::bigint
LEFT JOIN record AS founder ON founder.record = hr.household
WHERE r.recorded @> %(sequence)s::bigint AND begun.happened_at <= %(valid_at)s::timestamptz
    AND (r.sender = %(agency)s OR r.receiver = %(agency)s) AND r.referral > %(after)s AND {conditions}
ORDER BY r.referral LIMIT %(limit)s;

-- name: referral_inside
-- The household of the referral is inside the areas of a key at (v, s).
EXISTS (
    SELECT FROM {states} AS s
    WHERE s.household = hr.household AND {known_state} AND s.valid @> %(valid_at)s::timestamptz
        AND s.amphoe = ANY(%(areas)s)
);
