-- name: area_relation
-- Areas of a level with the counts that come as arrays by code; the counts of an area without any are hidden.
WITH counts AS (SELECT * FROM unnest({arrays}) AS c (code, {numbers})),
a AS (
    SELECT area.code, area.name_th, area.name_en, area.approximate, {shown}, area.geom, area.g3857
    FROM area LEFT JOIN counts USING (code)
    WHERE area.level = %(level)s AND area.recorded @> %(sequence)s::bigint AND {only}
);

-- name: area_features
-- A page of areas: keys, geometry as GeoJSON text, attributes.
{relation} SELECT {columns} FROM a WHERE {condition} ORDER BY {order} LIMIT %(limit)s;

-- name: count_areas
-- How many areas all pages have.
{relation} SELECT count(*) FROM a WHERE {condition};

-- name: area_tile
-- One tile of area polygons with their counts.
{relation},
bounds AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
shapes AS (
    SELECT a.code::bigint AS mvt_id, a.code AS id, a.code, a.name_th, a.name_en, a.approximate, {columns},
        ST_AsMVTGeom(a.g3857, bounds.box, 4096, 64, true) AS geom
    FROM a CROSS JOIN bounds
    WHERE a.g3857 && ST_Expand(bounds.box, (ST_XMax(bounds.box) - ST_XMin(bounds.box)) * 64.0 / 4096)
    ORDER BY a.code
)
SELECT ST_AsMVT(shapes, %(layer)s, 4096, 'geom', 'mvt_id') FROM shapes WHERE geom IS NOT NULL;

-- name: point_features
-- A page of households with a point: keys, geometry as GeoJSON text, attributes.
SELECT {columns}
FROM household_state AS s JOIN record AS r ON r.record = s.household
WHERE {condition} AND s.geom IS NOT NULL
ORDER BY {order} LIMIT %(limit)s;

-- name: count_points
-- How many households all pages have, counted up to a limit.
SELECT count(*) FROM (
    SELECT 1 FROM household_state AS s JOIN record AS r ON r.record = s.household
    WHERE {condition} AND s.geom IS NOT NULL LIMIT %(most)s
) AS found;

-- name: point_versions
-- The points of one household over time, as known at the basis: when each holds.
SELECT lower(s.valid), upper(s.valid)
FROM household_state AS s JOIN record AS r ON r.record = s.household
WHERE {condition} AND s.geom IS NOT NULL
ORDER BY lower(s.valid);

-- name: point_tile
-- One tile of households as points, without anything personal.
WITH bounds AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
points AS (
    SELECT s.household AS mvt_id, r.household_id::text AS id, s.amphoe, s.tambon, s.in_sources, s.persons, s.level,
        s.health AS need_health, s.living AS need_living, s.education AS need_education, s.income AS need_income,
        s.accessibility AS need_accessibility, 1 AS households,
        ST_AsMVTGeom(s.g3857, bounds.box, 4096, 64, true) AS geom
    FROM household_state AS s JOIN record AS r ON r.record = s.household CROSS JOIN bounds
    WHERE {condition} AND s.geom IS NOT NULL
        AND s.g3857 && ST_Expand(bounds.box, (ST_XMax(bounds.box) - ST_XMin(bounds.box)) * 64.0 / 4096)
    ORDER BY s.household
)
SELECT ST_AsMVT(points, %(layer)s, 4096, 'geom', 'mvt_id') FROM points WHERE geom IS NOT NULL;

-- name: read_points
-- Points over time as whole numbers: household, validity and knowledge, finest cell {side} metres wide, amphoe, needs.
SELECT s.household,
    coalesce((extract(epoch FROM lower(s.valid)) * 1000000)::bigint, -9223372036854775807),
    coalesce((extract(epoch FROM upper(s.valid)) * 1000000)::bigint, 9223372036854775807),
    coalesce(lower(s.recorded), 0), coalesce(upper(s.recorded), 9223372036854775807),
    floor((ST_X(s.g3857) + 20037508.342789244) / {side})::integer, floor((20037508.342789244 - ST_Y(s.g3857)) / {side})::integer,
    coalesce(substring(s.amphoe FROM '^[0-9]{{1,6}}$'), '0')::integer,
    coalesce(s.health::int, -1), coalesce(s.living::int, -1), coalesce(s.education::int, -1),
    coalesce(s.income::int, -1), coalesce(s.accessibility::int, -1)
FROM household_state AS s WHERE s.geom IS NOT NULL AND {news};

-- name: last_erasure
-- The last erasure after an event; null for none.
SELECT max(sequence) FROM event WHERE type LIKE 'subject.erased.%%' AND sequence > %(through)s::bigint;

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
