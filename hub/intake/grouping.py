"""Rows of a file into groups: the rows of one record.

Two passes over the file. The first learns how many groups there are and which of them stand scattered, so that the second can hand on each
group as soon as its rows end, without holding the file.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from contracts.errors import InvalidInput
from contracts.sources.contract import RecordContract, TableContract
from hub.readers import read_rows
from hub.readers.rows import FileRow

Group = tuple[str, str]
"""Identity and period."""
ALONE: Group = ("", "")
"""The group of a row without identity: it stands for itself."""


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What the first pass found. `present` are all groups with an identity; `broken` is the fault at which the file ends before its end."""

    path: Path
    contract: TableContract
    period: str | None
    groups: int
    scattered: frozenset[Group]
    broken: InvalidInput | None
    present: set[Group]


def survey_file(path: Path, contract: TableContract, period: str | None) -> Survey:
    """Read the file once. Raises InvalidInput or TooLarge for one of which nothing can be taken in."""
    last, groups = ALONE, 0
    seen, scattered = set[Group](), set[Group]()
    broken: InvalidInput | None = None
    try:
        for row in read_rows(path, contract):
            group = group_of(row, contract, period)
            if group == ALONE:
                groups += 1
            elif group != last:
                (scattered if group in seen else seen).add(group)
            last = group
    except InvalidInput as error:
        if error.code != "BROKEN_JSON":
            raise
        broken = error
    return Survey(
        path=path,
        contract=contract,
        period=period,
        groups=groups + len(seen),
        scattered=frozenset(scattered),
        broken=broken,
        present=seen,
    )


def read_groups(survey: Survey) -> Iterator[list[FileRow]]:
    """Read the file again, group by group, up to where it breaks; scattered groups come last."""
    waiting: dict[Group, list[FileRow]] = {}
    rows: list[FileRow] = []
    last = ALONE
    for row in _rows(survey):
        group = group_of(row, survey.contract, survey.period)
        if group in survey.scattered:
            waiting.setdefault(group, []).append(row)
            continue
        if rows and (group != last or group == ALONE):
            yield rows
            rows = []
        rows.append(row)
        last = group
    if rows:
        yield rows
    yield from waiting.values()


def group_of(row: FileRow, contract: TableContract, period: str | None) -> Group:
    """The group of a row; every action is one of its own."""
    if not isinstance(contract, RecordContract):
        return ALONE
    identity = contract.identity(row.cells)
    if identity is None:
        return ALONE
    return identity, period or contract.period(row.cells) or ""


def _rows(survey: Survey) -> Iterator[FileRow]:
    try:
        yield from read_rows(survey.path, survey.contract)
    except InvalidInput:
        if survey.broken is None:
            raise
