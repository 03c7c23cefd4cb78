"""Findings from the tables: pages and counts of those that stand at (v, s), with the state that people gave them."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from psycopg import sql

from hub.api.answers import UNSET, to_baht
from hub.api.answers_findings import FindingItem
from hub.api.basis import Basis
from hub.api.conditions import ALWAYS, Condition, actions, every, findings, known, states
from hub.api.finding_ids import KIND_OF, PROBLEMS, write_id
from hub.api.finding_words import Involved, Told, agencies_of, reason_of
from hub.api.reading import Reading
from hub.api.statements import SQL

After = tuple[int | str, ...]
BY_KEY = 'f.household, f.class COLLATE "C", f.need COLLATE "C", f.action'
KEY_PARTS = ("household", "class", "need", "action")
_involved: msgspec.json.Decoder[list[Involved]] = msgspec.json.Decoder(list[Involved])


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundRow:
    """One standing finding with where its household is and what it rests on. `year` is set for D3 only."""

    household: int
    class_: str
    need: str
    action: int
    other: int | None
    reason: str
    satang: int | None
    rules: str
    valid_from: dt.datetime
    valid_until: dt.datetime | None
    state: str
    household_id: uuid.UUID
    amphoe: str | None
    tambon: str | None
    recorded_at: dt.datetime | None
    unserved: int = 0
    year: int | None = None
    involved: tuple[Involved, ...] = ()
    kinds: int = 0
    neighbours: int = 0
    without: int = 0

    @property
    def id(self) -> str:
        """The public id."""
        return write_id(
            self.class_,
            household=self.household,
            need=self.need,
            action=self.action,
            other=self.other,
            year=self.year,
        )

    def key(self, *, by_impact: bool) -> After:
        """Where it stands in the list."""
        plain = (self.household, self.class_, self.need, self.action)
        return (-(self.satang or 0), -self.unserved, *plain) if by_impact else plain


def verdicts(basis: Basis) -> sql.Composed:
    """A relation (household, class, need, action, verdict) of the findings standing at (v, s) that people decided about by s."""
    return sql.SQL(SQL["finding_verdicts"]).format(
        findings=findings(basis), known=known("f", basis), known_link=known("hr", basis)
    )


def stands_as_problem(verdict: str = "d") -> sql.Composed:
    """A finding counts: suspected or confirmed. `verdict` names the relation of `verdicts`, joined from the left."""
    counted = sql.SQL(", ").join(sql.Literal(state) for state in PROBLEMS)
    return sql.SQL("coalesce({}.verdict, 'suspected') IN ({})").format(sql.Identifier(verdict), counted)


def of_agency(basis: Basis) -> sql.Composed:
    """The finding rests on help that the agency (parameter `agency`) gave or reported."""
    return sql.SQL(SQL["finding_of_agency"]).format(actions=actions(basis), known_action=known("st", basis))


def _parts(basis: Basis) -> dict[str, sql.Composable]:
    return {
        "findings": findings(basis),
        "states": states(basis),
        "actions": actions(basis),
        "known": known("f", basis),
        "known_state": known("s", basis),
        "known_action": known("st", basis),
    }


def _places(basis: Basis, *, is_placed: bool) -> sql.Composable:
    if not is_placed:
        return sql.SQL("")
    return sql.SQL(SQL["finding_places"]).format(states=states(basis), known_state=known("s", basis))


def _behind(after: After | None, *, by_impact: bool) -> tuple[Condition, dict[str, object]]:
    """The rows behind a key, with its values. The household alone comes first: it has the index."""
    if after is None:
        return ALWAYS, {}
    names = ("money", "unmet", *KEY_PARTS) if by_impact else KEY_PARTS
    values: dict[str, object] = {f"after_{name}": part for name, part in zip(names, after, strict=True)}
    if by_impact:
        return sql.SQL(
            "(-coalesce(f.satang, 0), -coalesce(w.unserved, 0), "
            + BY_KEY
            + ") > (%(after_money)s::bigint, %(after_unmet)s::bigint,"
            " %(after_household)s::bigint, %(after_class)s::text, %(after_need)s::text, %(after_action)s::bigint)"
        ), values
    return sql.SQL(
        "f.household >= %(after_household)s::bigint AND ("
        + BY_KEY
        + ") > (%(after_household)s::bigint, %(after_class)s::text,"
        " %(after_need)s::text, %(after_action)s::bigint)"
    ), values


async def fetch_rows(
    reading: Reading,
    conditions: Sequence[Condition],
    values: Mapping[str, object],
    *,
    is_placed: bool,
    by_impact: bool = False,
    after: After | None = None,
    limit: int,
) -> list[FoundRow]:
    """At most `limit` findings behind `after`."""
    basis = reading.basis
    parts = _parts(basis)
    behind, where = _behind(after, by_impact=by_impact)
    impact = "coalesce(f.satang, 0) DESC, {} DESC, "
    weights = sql.SQL(SQL["finding_weights"]).format(findings=findings(basis), known=known("f", basis))
    ordered = sql.SQL(impact.format("coalesce(w.unserved, 0)") + BY_KEY if by_impact else BY_KEY)
    statement = sql.SQL(SQL["list_findings"]).format(
        **parts,
        verdicts=verdicts(basis),
        places=_places(basis, is_placed=is_placed),
        weights=weights if by_impact else sql.SQL(""),
        weight=sql.SQL("coalesce(w.unserved, 0)" if by_impact else "0"),
        conditions=every([one for one in conditions if one is not ALWAYS]),
        after=behind,
        order=ordered,
        shown_order=sql.SQL(impact.format("f.unserved") + BY_KEY if by_impact else BY_KEY),
    )
    await reading.cursor.execute(statement, {**basis.values, **values, **where, "limit": limit})
    return [_to_row(row) for row in await reading.cursor.fetchall()]


async def count_rows(
    reading: Reading, conditions: Sequence[Condition], values: Mapping[str, object], *, is_placed: bool
) -> tuple[int, int]:
    """How many findings the conditions let through, and of how many households."""
    basis = reading.basis
    statement = sql.SQL(SQL["count_findings"]).format(
        findings=findings(basis),
        known=known("f", basis),
        verdicts=verdicts(basis),
        places=_places(basis, is_placed=is_placed),
        conditions=every([one for one in conditions if one is not ALWAYS]),
    )
    await reading.cursor.execute(statement, {**basis.values, **values})
    found, households = await reading.cursor.fetchone() or (0, 0)
    return found, households


def _to_row(row: Sequence[Any]) -> FoundRow:
    return FoundRow(
        household=row[0],
        class_=row[1],
        need=row[2],
        action=row[3],
        other=row[4],
        reason=row[5],
        satang=row[6],
        rules=row[7],
        valid_from=row[8],
        valid_until=row[9],
        state=row[10],
        unserved=row[11],
        household_id=row[12],
        amphoe=row[13],
        tambon=row[14],
        recorded_at=row[15],
        involved=() if row[16] is None else tuple(_involved.decode(row[16])),
    )


def told_of(row: FoundRow) -> Told:
    """What its sentence is made of."""
    by_action = {one.action: one for one in row.involved}
    return Told(
        class_=row.class_,
        need=row.need,
        reason=row.reason,
        start=row.valid_from,
        action=by_action.get(row.action),
        other=None if row.other is None else by_action.get(row.other),
        kinds=row.kinds,
        year=row.year or 0,
        neighbours=row.neighbours,
        without=row.without,
    )


def to_item(row: FoundRow, *, by_impact: bool = False) -> FindingItem:
    """The finding as it is shown."""
    reason_th, reason_en = reason_of(told_of(row))
    return FindingItem(
        id=row.id,
        kind=KIND_OF[row.class_],
        class_=row.class_,
        need=row.need,
        state=row.state,
        household_id=row.household_id,
        amphoe=row.amphoe,
        tambon=row.tambon,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        recorded_at=row.recorded_at,
        reason=row.reason,
        reason_th=reason_th,
        reason_en=reason_en,
        amount_thb=to_baht(row.satang),
        agencies=agencies_of(row.involved),
        rules=row.rules,
        unserved_needs=row.unserved if by_impact else UNSET,
    )
