-- name: list_agencies
-- A page of the agencies known at s.
SELECT agency, name_th, name_en, kind FROM agency
WHERE recorded @> %(sequence)s::bigint AND agency > %(after)s ORDER BY agency LIMIT %(limit)s;

-- name: fetch_agency
-- One agency as known at s.
SELECT agency, name_th, name_en, kind FROM agency
WHERE recorded @> %(sequence)s::bigint AND agency = %(agency)s;

-- name: has_acted
-- Whether an agency has recorded an action by s, with or without an entry of its own.
SELECT EXISTS (SELECT FROM action WHERE agency = %(agency)s AND action <= %(sequence)s);

-- name: list_programmes
-- A page of the programmes known at s.
SELECT programme, agency, name_th, name_en, need, kind, period, cap_satang, cap_scope, minimum_interval_days
FROM programme WHERE recorded @> %(sequence)s::bigint AND programme > %(after)s ORDER BY programme LIMIT %(limit)s;
