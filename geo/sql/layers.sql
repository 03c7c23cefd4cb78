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

-- name: point_grid
-- Households in cells of Web Mercator, {side} metres wide: column, row, how many, how many with each need.
SELECT floor((ST_X(s.g3857) + 20037508.342789244) / {side})::integer, floor((20037508.342789244 - ST_Y(s.g3857)) / {side})::integer,
    count(*)::integer, count(*) FILTER (WHERE s.health)::integer, count(*) FILTER (WHERE s.living)::integer,
    count(*) FILTER (WHERE s.education)::integer, count(*) FILTER (WHERE s.income)::integer,
    count(*) FILTER (WHERE s.accessibility)::integer
FROM household_state AS s
WHERE {known} AND {time} AND {scope} AND s.geom IS NOT NULL
GROUP BY 1, 2;

-- name: cell_tile
-- One tile of cells, each a point in its middle.
WITH cells AS (
    SELECT * FROM unnest(
        %(columns)s::bigint[], %(rows)s::bigint[], %(households)s::bigint[], %(need_health)s::bigint[], %(need_living)s::bigint[],
        %(need_education)s::bigint[], %(need_income)s::bigint[], %(need_accessibility)s::bigint[]
    ) AS c (cell_x, cell_y, households, need_health, need_living, need_education, need_income, need_accessibility)
),
placed AS (
    SELECT cell_y * (64::bigint << %(z)s::integer) + cell_x AS mvt_id, households, need_health, need_living,
        need_education, need_income, need_accessibility, true AS is_cell,
        ST_AsMVTGeom(
            ST_SetSRID(ST_MakePoint(
                (cell_x + 0.5) * %(side)s::float8 - 20037508.342789244, 20037508.342789244 - (cell_y + 0.5) * %(side)s::float8
            ), 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, true
        ) AS geom
    FROM cells
    ORDER BY 1
)
SELECT ST_AsMVT(placed, %(layer)s, 4096, 'geom', 'mvt_id') FROM placed WHERE geom IS NOT NULL;

-- name: area_extent
-- The box around the areas of the boundaries.
SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
FROM (SELECT ST_Extent(geom) AS e FROM area WHERE recorded @> %(sequence)s::bigint) AS extent;
