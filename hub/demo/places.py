"""Where houses stand: villages inside each tambon polygon and houses around them."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from hub.demo.areas import village_names
from hub.demo.rates import OUTSIDE_TAMBON

_METRES_PER_DEGREE = 111_320.0
_VILLAGE_SPREAD = 350.0  # metres, standard deviation around the village centre
_NEAREST_OUTSIDE, _FURTHEST_OUTSIDE = 15.0, 245.0  # metres beyond the official line


@dataclass(frozen=True, slots=True)
class Place:
    """One house site: WGS84 degrees, its moo and village, and whether it lies outside its tambon's line."""

    tambon: str
    moo: int
    village: str
    longitude: float
    latitude: float
    outside: bool


@dataclass(slots=True)
class Places:
    """House sites of every tambon, handed out one by one."""

    sites: dict[str, list[Place]] = field(default_factory=dict[str, list[Place]])
    used: dict[str, int] = field(default_factory=dict[str, int])

    def take(self, tambon: str) -> Place:
        """The next site of the tambon; after the last one the sites are used again (two houses, one site)."""
        sites = self.sites[tambon]
        number = self.used.get(tambon, 0)
        self.used[tambon] = number + 1
        return sites[number % len(sites)]


def lay_out(polygons: Mapping[str, BaseGeometry], houses: Mapping[str, int], seed: int) -> Places:
    """Sites for every tambon: as many as it has houses and some spare ones for those who move there."""
    places = Places()
    for tambon, polygon in polygons.items():
        number = houses[tambon] + 4 + houses[tambon] // 12
        places.sites[tambon] = _sites_of(tambon, polygon, number, seed)
    return places


def _sites_of(tambon: str, polygon: BaseGeometry, number: int, seed: int) -> list[Place]:
    r = random.Random(f"{seed}/places/{tambon}")
    shapely.prepare(polygon)
    villages = r.randint(7, 15)
    names = village_names(tambon, villages, seed)
    centres = _points_inside(r, polygon, villages)
    weights = [1.0 / (rank + 2.0) for rank in range(villages)]
    chosen = r.choices(range(villages), weights, k=number)
    gauss = [(r.gauss(0.0, _VILLAGE_SPREAD), r.gauss(0.0, _VILLAGE_SPREAD)) for _ in range(number)]
    candidates = [
        moved(*centres[village], east, north) for village, (east, north) in zip(chosen, gauss, strict=True)
    ]
    inside = shapely.contains_xy(polygon, np.array(candidates))
    sites: list[Place] = []
    for village, (x, y), fits in zip(chosen, candidates, inside, strict=True):
        point = (x, y) if fits else centres[village]
        outside = r.random() < OUTSIDE_TAMBON
        if outside:
            point = _beyond_the_line(r, polygon, point)
        sites.append(
            Place(tambon, village + 1, names[village], round(point[0], 7), round(point[1], 7), outside)
        )
    return sites


def moved(longitude: float, latitude: float, east: float, north: float) -> tuple[float, float]:
    """The point moved by so many metres."""
    return (
        longitude + east / (_METRES_PER_DEGREE * math.cos(math.radians(latitude))),
        latitude + north / _METRES_PER_DEGREE,
    )


def _points_inside(r: random.Random, polygon: BaseGeometry, number: int) -> list[tuple[float, float]]:
    west, south, east, north = polygon.bounds
    points: list[tuple[float, float]] = []
    while len(points) < number:
        x, y = r.uniform(west, east), r.uniform(south, north)
        if shapely.contains_xy(polygon, x, y):
            points.append((x, y))
    return points


def _beyond_the_line(
    r: random.Random, polygon: BaseGeometry, point: tuple[float, float]
) -> tuple[float, float]:
    """A point just outside the polygon, where the line is nearest to `point`; at most 245 m from the line."""
    line = polygon.boundary
    nearest = line.interpolate(line.project(Point(point)))
    scale = math.cos(math.radians(point[1]))
    east, north = (nearest.x - point[0]) * scale, nearest.y - point[1]
    length = math.hypot(east, north)
    if length == 0.0:
        return point
    distance = r.uniform(_NEAREST_OUTSIDE, _FURTHEST_OUTSIDE)
    return moved(nearest.x, nearest.y, distance * east / length, distance * north / length)
