-- name: find_prechecked
-- The records that meet under a key now, with their household, and whether it exists inside the areas of the caller (none: everywhere).
SELECT DISTINCT link.record, hr.household, r.source
FROM link_key AS link JOIN record AS r USING (record)
JOIN household_record AS hr ON hr.record = link.record AND upper_inf(hr.recorded)
WHERE link.key = %(key)s AND EXISTS (
    SELECT FROM household_state AS s WHERE s.household = hr.household AND upper_inf(s.recorded) AND s.valid @> %(valid_at)s::timestamptz
        AND (cardinality(%(areas)s::text[]) = 0 OR s.amphoe = ANY(%(areas)s)));

-- name: list_prechecked_help
-- Help of a kind that reached these households or names this recipient, by start; help reported twice counts once.
SELECT DISTINCT state.action, state.agency, state.need, lower(state.valid), upper(state.valid), state.programme, given.name_th, given.kind
FROM action_state AS state
LEFT JOIN action_household AS reached ON reached.action = state.action AND upper_inf(reached.recorded)
LEFT JOIN agency AS given ON given.agency = state.agency AND upper_inf(given.recorded)
WHERE upper_inf(state.recorded) AND state.kind = %(kind)s AND reached.repeats IS NULL AND (
    reached.household = ANY(%(households)s::bigint[])
    OR (cardinality(%(areas)s::text[]) = 0 AND state.action IN (SELECT action FROM action_recipient WHERE kind = %(ref_kind)s AND ref = %(ref)s)))
ORDER BY lower(state.valid), state.action;
