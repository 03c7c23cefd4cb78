"""Households from persons: which records of different sources, or of one, tell of the same household.

Two records can be one household when they share two persons, or one at the same address, or when the only person of one of them is in the
other at no other address, or when both hold one and the same person in one source. Of each pair of sources only the best partner counts, and it must be so for both.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from projections.linkage.columns import Columns, Ints, levels_of
from projections.linkage.grouping import components

SAME, UNKNOWN, OTHER = 2, 1, 0
LEAST_SCORE = 600
ADDRESS = (-150, 0, 400)
"""What OTHER, UNKNOWN and SAME addresses add, in thousandths."""
Amount = TypeVar("Amount", int, Ints)


def agreement(shared: Amount, smaller: Amount, whole: Amount) -> Amount:
    """How much two records agree in their members: half of it against the smaller one, half against both together, in thousandths."""
    return 500 * shared // smaller + 500 * shared // whole


@dataclass(slots=True)
class RecordPairs:
    """Pairs of records that share persons: how many, how much of both that is, and what their addresses say."""

    left: Ints
    right: Ints
    shared: Ints
    scores: Ints


def record_codes(columns: Columns) -> Ints:
    """The record of every member; members without one stand in a record of their own house, else alone."""
    codes = columns.record.copy()
    alone = np.flatnonzero(codes < 0)
    if not len(alone):
        return codes
    first = int(codes.max(initial=-1)) + 1
    codes[alone] = first + np.arange(len(alone))
    if (columns.record >= 0).any() or "dwelling" not in columns.columns:
        return codes
    place = columns.columns["area"].codes if "area" in columns.columns else np.zeros(columns.size, np.int64)
    houses = np.stack((columns.columns["dwelling"].codes, place, columns.source), axis=1)
    known = houses[:, 0] >= 0
    _, inverse = np.unique(houses[known], axis=0, return_inverse=True)
    codes[known] = first + columns.size + inverse
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _memberships(records: Ints, persons: Ints) -> tuple[Ints, Ints]:
    """(record, person) once each, by person."""
    both = np.unique(np.stack((persons, records), axis=1), axis=0)
    return both[:, 1], both[:, 0]


def _meetings(records: Ints, persons: Ints, limit: int = 200) -> Ints:
    """Every pair of records (low, high) for each person in both."""
    record_of, person_of = _memberships(records, persons)
    starts = np.flatnonzero(np.concatenate(([True], person_of[1:] != person_of[:-1])))
    sizes = np.diff(np.append(starts, len(person_of)))
    found = [np.zeros((0, 2), np.int64)]
    for size in np.unique(sizes[(sizes > 1) & (sizes <= limit)]):
        rows = record_of[starts[sizes == size][:, None] + np.arange(size)]
        a, b = np.triu_indices(int(size), 1)
        found.append(np.stack((rows[:, a].ravel(), rows[:, b].ravel()), axis=1))
    pairs = np.concatenate(found)
    pairs.sort(axis=1)
    return pairs


def _addresses(columns: Columns, records: Ints, left: Ints, right: Ints) -> Ints:
    """What the addresses of two records say, by the first member of each that has one."""
    found = np.full(len(left), UNKNOWN, np.int64)
    dwelling = columns.columns.get("dwelling")
    if dwelling is None:
        return found
    first = np.full(int(records.max(initial=0)) + 1, -1, np.int64)
    rows = np.flatnonzero(dwelling.codes >= 0)[::-1]
    first[records[rows]] = rows
    known = np.flatnonzero((first[left] >= 0) & (first[right] >= 0))
    a, b = first[left[known]], first[right[known]]
    house = levels_of(dwelling, a, b)
    area = columns.columns.get("area")
    near = levels_of(area, a, b) if area is not None else np.zeros(len(a), np.uint8)
    found[known] = np.where((house <= 2) & (near <= 4), SAME, OTHER)
    return found


def record_pairs(columns: Columns, records: Ints, persons: Ints) -> RecordPairs:
    """The pairs of records that share a person, with their group scores in thousandths."""
    meetings = _meetings(records, persons)
    if not len(meetings):
        empty = np.zeros(0, np.int64)
        return RecordPairs(empty, empty, empty, empty)
    pairs, shared = np.unique(meetings, axis=0, return_counts=True)
    left, right = pairs[:, 0], pairs[:, 1]
    record_of, _ = _memberships(records, persons)
    sizes = np.bincount(record_of, minlength=int(records.max()) + 1)
    smaller, whole = np.minimum(sizes[left], sizes[right]), sizes[left] + sizes[right] - shared
    address = _addresses(columns, records, left, right)
    scores = agreement(shared, smaller, whole) + np.asarray(ADDRESS)[address]
    source_of = np.zeros(len(sizes), np.int64)
    source_of[records] = columns.source
    repeated = (whole == 1) & (source_of[left] == source_of[right])
    enough = (shared >= 2) | (address == SAME) | ((smaller == 1) & (address != OTHER)) | repeated
    scores[~enough] = -1
    return RecordPairs(left, right, shared.astype(np.int64), scores.astype(np.int64))


def _is_best(record: Ints, other_source: Ints, scores: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each pair is the best of its record towards the other's source; equals all count."""
    groups = np.unique(np.stack((record, other_source), axis=1), axis=0, return_inverse=True)[1].ravel()
    best = np.full(int(groups.max(initial=0)) + 1, -1, np.int64)
    np.maximum.at(best, groups, scores)
    return scores == best[groups]


def households(columns: Columns, records: Ints, pairs: RecordPairs) -> Ints:
    """The lowest record of every record's household."""
    size = int(records.max(initial=-1)) + 1
    source_of = np.zeros(size, np.int64)
    source_of[records] = columns.source
    kept = pairs.scores >= LEAST_SCORE
    left, right, scores = pairs.left[kept], pairs.right[kept], pairs.scores[kept]
    if len(left):
        mutual = _is_best(left, source_of[right], scores) & _is_best(right, source_of[left], scores)
        left, right = left[mutual], right[mutual]
    return components(size, left, right)
