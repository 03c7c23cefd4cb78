-- name: list_events
-- A page of sequences of the log, as far as projected; {conditions} are the filters.
SELECT e.sequence, e.recorded_at, e.source, e.agency FROM event AS e
WHERE e.sequence > %(after)s AND e.sequence <= %(until)s AND {conditions}
ORDER BY e.sequence LIMIT %(limit)s;

-- name: list_household_events
-- The sequences of everything recorded about a household at s: its records, and the actions that belong to it or did when voided.
SELECT e.sequence FROM household_record AS link JOIN event AS e ON e.record = link.record
WHERE link.household = %(household)s AND link.recorded @> %(sequence)s::bigint AND e.sequence <= %(sequence)s;
