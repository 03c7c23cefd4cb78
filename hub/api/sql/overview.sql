-- name: list_areas
-- The areas of one level in the boundaries known at s.
SELECT code, name_th, name_en FROM area
WHERE level = %(level)s AND recorded @> %(sequence)s::bigint ORDER BY code;
