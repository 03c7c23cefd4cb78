"""The list behind a number: a page of exactly the households (or findings) that were counted."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from psycopg import sql

from contracts.errors import NotFound
from contracts.times import to_text
from hub.api.answers import Page, to_page
from hub.api.answers_numbers import ChangedFinding, ChosenHousehold
from hub.api.basis import Basis
from hub.api.conditions import states
from hub.api.paging import Token, write_token
from hub.api.reading import Reading
from hub.api.statements import SQL


async def page_households(
    reading: Reading,
    numbers: Sequence[int],
    page: Token | None,
    limit: int,
    asked: bytes,
    at: Basis | None = None,
) -> Page[ChosenHousehold]:
    """The households behind `page`, as they are at the basis `at` where they exist, else that of the reading."""
    after = 0 if page is None else int(page.after[0])
    waiting = [number for number in sorted(numbers) if number > after]
    shown, basis = waiting[:limit], at or reading.basis
    await dataclasses.replace(reading, basis=basis).stand(shown)
    statement = sql.SQL(SQL["list_chosen_households"]).format(states=states(basis))
    await reading.cursor.execute(statement, basis.values | {"chosen": shown})
    items = [
        ChosenHousehold(
            household_id=row[1],
            amphoe=row[2],
            tambon=row[3],
            moo=row[4],
            sources=row[5],
            in_sources=row[6],
            persons=row[7],
            level=row[8],
            standing=row[9],
        )
        for row in await reading.cursor.fetchall()
    ]
    following = _following(reading.basis, asked, shown[-1]) if len(waiting) > limit else None
    return to_page(items, following, reading.basis)


async def page_findings(
    reading: Reading, found: Mapping[str, int], page: Token | None, limit: int, asked: bytes
) -> Page[ChangedFinding]:
    """Findings by their public id; `found` gives the household of each."""
    after = "" if page is None else str(page.after[0])
    waiting = [name for name in sorted(found) if name > after]
    shown = waiting[:limit]
    await reading.cursor.execute(SQL["list_founding_ids"], {"chosen": [found[name] for name in shown]})
    ids = dict(await reading.cursor.fetchall())
    items = [ChangedFinding(finding=name, household_id=ids[found[name]]) for name in shown]
    following = _following(reading.basis, asked, shown[-1]) if len(waiting) > limit else None
    return to_page(items, following, reading.basis)


def _following(basis: Basis, asked: bytes, after: int | str) -> str:
    return write_token(
        Token(
            version=basis.version,
            sequence=basis.sequence,
            valid_at=basis.valid_at,
            final=basis.final,
            reported_by=basis.reported_by,
            question=asked,
            after=(after,),
        )
    )


def address(path: str, basis: Basis, *, without: str = "", asked: Mapping[str, object] | None = None) -> str:
    """The address of a list on this basis; `without` is an axis that the question says otherwise."""
    said = {name: value for name, value in (asked or {}).items() if value is not None}
    said |= {"as_of": f"seq:{basis.sequence}", "valid_at": _text(basis.valid_at)}
    if basis.reported_by is not None:
        said["reported_by"] = _text(basis.reported_by)
    said.pop(without, None)
    return f"{quote(path)}?{urlencode(said)}"


def _text(instant: dt.datetime) -> str:
    return to_text(instant)


def no_list(name: str, known: Sequence[str]) -> NotFound:
    """There is no list of this name."""
    return NotFound(
        f"There is no list '{name}'; there are {', '.join(known)}.",
        message_th=f"ไม่มีรายการชื่อ '{name}'",
        code="NO_SUCH_LIST",
        path="what",
    )
