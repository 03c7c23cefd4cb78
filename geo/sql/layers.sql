-- name: area_features
-- Areas of a level with their geometry, after a code; geometry as GeoJSON text.
SELECT code, name_th, name_en, approximate, ST_AsGeoJSON(geom, 6)
FROM area
WHERE level = %(level)s AND recorded @> %(sequence)s::bigint AND code > %(last)s AND {box}
ORDER BY code LIMIT %(limit)s;

-- name: count_areas
-- How many areas a level has.
SELECT count(*) FROM area WHERE level = %(level)s AND recorded @> %(sequence)s::bigint;

-- name: area_tile
-- One tile of area polygons; the counts come as arrays by code.
WITH bounds AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
counts AS (
    SELECT * FROM unnest(
        %(codes)s::text[], %(households)s::bigint[], %(persons)s::bigint[], %(records)s::bigint[],
        %(in_more_than_one)s::bigint[], %(need_health)s::bigint[], %(need_living)s::bigint[],
        %(need_education)s::bigint[], %(need_income)s::bigint[], %(need_accessibility)s::bigint[],
        %(assisted_households)s::bigint[], %(actions)s::bigint[], %(amount_thb)s::float8[], %(suppressed)s::boolean[]
    ) AS c (code, households, persons, records, in_more_than_one, need_health, need_living, need_education, need_income,
        need_accessibility, assisted_households, actions, amount_thb, suppressed)
),
shapes AS (
    SELECT area.code::bigint AS mvt_id, area.code AS id, area.code, area.name_th, area.name_en, area.approximate,
        households, persons, records, in_more_than_one, need_health, need_living, need_education, need_income,
        need_accessibility, assisted_households, actions, amount_thb, suppressed,
        ST_AsMVTGeom(area.g3857, bounds.box, 4096, 64, true) AS geom
    FROM area CROSS JOIN bounds LEFT JOIN counts USING (code)
    WHERE area.level = %(level)s AND area.recorded @> %(sequence)s::bigint
        AND area.g3857 && ST_Expand(bounds.box, (ST_XMax(bounds.box) - ST_XMin(bounds.box)) * 64.0 / 4096)
    ORDER BY area.code
)
SELECT ST_AsMVT(shapes, %(layer)s, 4096, 'geom', 'mvt_id') FROM shapes WHERE geom IS NOT NULL;

-- name: point_features
-- Households with a point, after a household and a start of validity; geometry as GeoJSON text.
SELECT s.household, r.household_id::text, s.amphoe, s.tambon, s.moo, s.in_sources, s.sources, s.persons,
    s.health, s.living, s.education, s.income, s.accessibility, s.level, lower(s.valid), upper(s.valid),
    s.head_name, s.house_code, s.house_no, ST_AsGeoJSON(s.geom, 6)
FROM household_state AS s JOIN record AS r ON r.record = s.household
WHERE {known} AND {time} AND {scope} AND {near} AND {box} AND {equals} AND s.geom IS NOT NULL
    AND (s.household, lower(s.valid)) > (%(last)s::bigint, %(last_start)s::timestamptz)
ORDER BY s.household, lower(s.valid) LIMIT %(limit)s;

-- name: count_points
-- How many households a page without a box belongs to.
SELECT count(*) FROM household_state AS s
WHERE {known} AND {time} AND {scope} AND {equals} AND s.geom IS NOT NULL;

-- name: one_point
-- One household with a point.
SELECT s.household, r.household_id::text, s.amphoe, s.tambon, s.moo, s.in_sources, s.sources, s.persons,
    s.health, s.living, s.education, s.income, s.accessibility, s.level, lower(s.valid), upper(s.valid),
    s.head_name, s.house_code, s.house_no, ST_AsGeoJSON(s.geom, 6)
FROM household_state AS s JOIN record AS r ON r.record = s.household
WHERE {known} AND {time} AND {scope} AND s.geom IS NOT NULL AND r.household_id = %(id)s::uuid
ORDER BY lower(s.valid) LIMIT 1;

-- name: point_tile
-- One tile of households as points, without anything personal.
WITH bounds AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
points AS (
    SELECT s.household AS mvt_id, r.household_id::text AS id, s.amphoe, s.tambon, s.in_sources, s.persons, s.level,
        s.health AS need_health, s.living AS need_living, s.education AS need_education, s.income AS need_income,
        s.accessibility AS need_accessibility, 1 AS households,
        ST_AsMVTGeom(s.g3857, bounds.box, 4096, 64, true) AS geom
    FROM household_state AS s JOIN record AS r ON r.record = s.household CROSS JOIN bounds
    WHERE {known} AND {time} AND {scope} AND s.geom IS NOT NULL
        AND s.g3857 && ST_Expand(bounds.box, (ST_XMax(bounds.box) - ST_XMin(bounds.box)) * 64.0 / 4096)
    ORDER BY s.household
)
SELECT ST_AsMVT(points, %(layer)s, 4096, 'geom', 'mvt_id') FROM points WHERE geom IS NOT NULL;

-- name: cell_tile
-- One tile of cells (64 a side, nested from zoom to zoom) with how many households each holds; counts of all tiles add up.
WITH bounds AS (
    SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box, 40075016.6855784 / (2 ^ %(z)s::integer) / 64 AS side
),
cells AS (
    SELECT floor((ST_X(s.g3857) + 20037508.3427892) / bounds.side)::bigint AS cell_x,
        floor((20037508.3427892 - ST_Y(s.g3857)) / bounds.side)::bigint AS cell_y,
        count(*) AS households, count(*) FILTER (WHERE s.health) AS need_health,
        count(*) FILTER (WHERE s.living) AS need_living, count(*) FILTER (WHERE s.education) AS need_education,
        count(*) FILTER (WHERE s.income) AS need_income, count(*) FILTER (WHERE s.accessibility) AS need_accessibility
    FROM household_state AS s CROSS JOIN bounds
    WHERE {known} AND {time} AND {scope} AND s.geom IS NOT NULL AND s.g3857 && ST_Expand(bounds.box, 1)
    GROUP BY 1, 2
),
placed AS (
    SELECT cell_y * (64::bigint << %(z)s::integer) + cell_x AS mvt_id, households, need_health, need_living,
        need_education, need_income, need_accessibility, true AS is_cell,
        ST_AsMVTGeom(
            ST_SetSRID(ST_MakePoint(
                (cell_x + 0.5) * bounds.side - 20037508.3427892, 20037508.3427892 - (cell_y + 0.5) * bounds.side
            ), 3857), bounds.box, 4096, 0, true
        ) AS geom
    FROM cells CROSS JOIN bounds
    WHERE cell_x BETWEEN 64::bigint * %(x)s AND 64::bigint * %(x)s + 63
        AND cell_y BETWEEN 64::bigint * %(y)s AND 64::bigint * %(y)s + 63
    ORDER BY 1
)
SELECT ST_AsMVT(placed, %(layer)s, 4096, 'geom', 'mvt_id') FROM placed WHERE geom IS NOT NULL;

-- name: area_extent
-- The box around the areas of the boundaries.
SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
FROM (SELECT ST_Extent(geom) AS e FROM area WHERE recorded @> %(sequence)s::bigint) AS extent;
