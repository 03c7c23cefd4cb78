-- name: count_households
-- Households at (v, s) by area and by the sources they are in; {area} is the column of the area, {known} and {scope} conditions.
SELECT s.{area}, s.sources, s.in_sources, count(*), sum(s.persons),
    count(*) FILTER (WHERE s.health), count(*) FILTER (WHERE NOT s.health),
    count(*) FILTER (WHERE s.living), count(*) FILTER (WHERE NOT s.living),
    count(*) FILTER (WHERE s.education), count(*) FILTER (WHERE NOT s.education),
    count(*) FILTER (WHERE s.income), count(*) FILTER (WHERE NOT s.income),
    count(*) FILTER (WHERE s.accessibility), count(*) FILTER (WHERE NOT s.accessibility)
FROM household_state AS s
WHERE {known} AND s.valid @> %(valid_at)s::timestamptz AND {scope}
GROUP BY 1, 2, 3;

-- name: count_help
-- Actions that had happened, by the area of the household they belong to at (v, s), if any.
WITH happened AS (
    SELECT reached.household, count(*) AS actions, sum(st.amount_satang) AS satang
    FROM action_state AS st
    LEFT JOIN (
        SELECT ah.action, hr.household
        FROM action_household AS ah JOIN household_record AS hr ON hr.record = ah.record
        WHERE {known_anchor} AND {known_link}
    ) AS reached ON reached.action = st.action
    WHERE {known_action} AND lower(st.valid) <= %(valid_at)s::timestamptz
    GROUP BY reached.household
)
SELECT h.household IS NULL, s.household IS NOT NULL, s.{area}, sum(h.actions)::bigint, sum(h.satang)::bigint, count(s.household)
FROM happened AS h
LEFT JOIN household_state AS s
    ON s.household = h.household AND {known} AND s.valid @> %(valid_at)s::timestamptz AND {scope}
GROUP BY 1, 2, 3;

-- name: list_areas
-- The areas of one level in the boundaries known at s.
SELECT code, name_th, name_en FROM area
WHERE level = %(level)s AND recorded @> %(sequence)s::bigint ORDER BY code;
