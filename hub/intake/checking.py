"""What a contract finds in a file, without a hub: the same judgement that taking it in would give, but for what the hub knows already."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from contracts.errors import FieldError, InvalidInput
from contracts.gazetteer import load_gazetteer
from contracts.records import Record
from contracts.sources import TABLES
from contracts.sources.assistance import content_action
from contracts.sources.contract import Context
from hub.intake.grouping import Survey, read_groups, survey_file
from hub.intake.judging import Refused, judge, replaced_rows
from hub.intake.kept import Kept
from hub.intake.receipts import CONFLICT
from hub.readers.rows import FileRow

Progress = Callable[[str, int, int], None]
NO_KEY = bytes(32)
"""Pseudonyms are made and thrown away: with another key than the hub's they mean nothing."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `read` = `good` + `superseded` + `quarantined` + `rejected`, in records or actions."""

    contract: str
    rows: int
    read: int
    good: int
    superseded: int
    quarantined: int
    rejected: int
    periods: tuple[str, ...]
    problem: FieldError | None
    refused: tuple[Kept, ...]

    @property
    def is_clean(self) -> bool:
        """Whether all of it would be taken in."""
        return self.problem is None and not self.quarantined + self.rejected


def check_file(path: Path, source: str, *, period: str | None, today: dt.date, progress: Progress) -> Checked:
    """Judge a file of a source. Raises InvalidInput, TooLarge for one of which nothing can be read."""
    contract = TABLES[source]
    survey = survey_file(path, contract, period)
    context = Context(gazetteer=load_gazetteer(), today=today, period=period, pseudonym_key=NO_KEY)
    counts = {"good": 0, "superseded": 0, "quarantined": 0, "rejected": 0}
    rows, periods, refused = 0, set[str](), list[Kept]()
    for place, (size, said) in enumerate(_judge_all(survey, context), start=1):
        rows += size
        if isinstance(said, Kept):
            counts[said.status] += 1
            refused.append(said)
        else:
            counts["good"] += 1
            counts["superseded"] += said[1]
            periods.update(said[0])
        progress(path.name, place, survey.groups)
    return Checked(
        contract=contract.name,
        rows=rows,
        read=sum(counts.values()),
        periods=tuple(sorted(periods)),
        problem=_problem(survey.broken),
        refused=tuple(refused),
        **counts,
    )


def _judge_all(survey: Survey, context: Context) -> Iterator[tuple[int, Kept | tuple[tuple[str, ...], int]]]:
    """Of each group its size, and either its rows with what is wrong, or its period and how many of its rows are replaced."""
    contents: dict[tuple[str, str], bytes] = {}
    for rows in read_groups(survey):
        said = judge(rows, survey.contract, context)
        if isinstance(said, Record):
            yield len(rows), ((said.period,), replaced_rows(said, rows))
        elif isinstance(said, Refused):
            yield len(rows), _keep(rows, said.status, said.errors)
        else:
            content = content_action(said)
            if contents.setdefault((said.agency_id, said.action_id), content) == content:
                yield len(rows), ((), 0)
            else:
                yield len(rows), _keep(rows, "quarantined", (CONFLICT,))


def _keep(rows: Sequence[FileRow], status: str, errors: tuple[FieldError, ...]) -> Kept:
    first = rows[0].row
    return Kept(
        row=first,
        status=status,
        state="open",
        errors=tuple(msgspec.structs.replace(error, row=error.row or first) for error in errors),
        numbers=tuple(row.row for row in rows),
        cells=tuple(row.cells for row in rows),
        sequence=None,
    )


def _problem(broken: InvalidInput | None) -> FieldError | None:
    if broken is None:
        return None
    return FieldError(
        code=broken.code, path="file", message_en=broken.message_en, message_th=broken.message_th
    )
