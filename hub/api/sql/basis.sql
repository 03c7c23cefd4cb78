-- name: fetch_checkpoint
-- How far the live version is.
SELECT checkpoint FROM projection.version WHERE state = 'live';
