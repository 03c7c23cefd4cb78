"""A history as a person reads it: lines of text, and flat rows for a table. Pure."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal, Protocol, cast

import msgspec

from contracts.records import NEEDS
from hub.replay.sentences import Change
from hub.replay.words import (
    FIELDS,
    FINDINGS,
    NEED_NAMES,
    STANDINGS,
    VERDICTS,
    Text,
    day_text,
    name_in,
    need_text,
)

Language = Literal["th", "en"]


class Changed(Protocol):
    """What an event changed in one household."""

    @property
    def household_id(self) -> object: ...
    @property
    def changes(self) -> list[Change]: ...


class Step(Protocol):
    """One event of a history."""

    @property
    def sequence(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def happened_at(self) -> dt.datetime: ...
    @property
    def reported_at(self) -> dt.datetime | None: ...
    @property
    def recorded_at(self) -> dt.datetime: ...
    @property
    def source(self) -> str: ...
    @property
    def agency(self) -> str | None: ...
    @property
    def reporter(self) -> str | None: ...
    @property
    def said_th(self) -> str: ...
    @property
    def said_en(self) -> str: ...
    @property
    def names(self) -> list[str] | msgspec.UnsetType: ...
    @property
    def text(self) -> str | None | msgspec.UnsetType: ...  # noqa: RUF036 - as the answer has it
    @property
    def changed(self) -> Sequence[Changed] | msgspec.UnsetType: ...


class ReplayLine(msgspec.Struct, frozen=True, kw_only=True):
    """A step as one row of a table: one change of one household each, a step without any is one row."""

    sequence: int
    happened_at: dt.datetime
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    type: str
    source: str
    agency: str | None
    reporter: str | None
    said_th: str
    said_en: str
    names: str | None
    text: str | None
    household_id: str | None
    field: str | None
    before: str | None
    after: str | None


LABELS = {
    "happened": Text("เกิดขึ้น", "happened"),
    "reported": Text("แจ้ง", "reported"),
    "recorded": Text("บันทึก", "recorded"),
    "names": Text("ชื่อ", "names"),
    "text": Text("ข้อความ", "words"),
    "nothing": Text("ไม่มีอะไรเปลี่ยน ณ วันที่ดู", "nothing changed at the day looked at"),
    "household": Text("ครัวเรือน", "household"),
}


def in_language(text: Text, language: Language) -> str:
    """One of the two."""
    return text.th if language == "th" else text.en


def value_text(field: str, value: object) -> Text:
    """A value before or after a change, in words."""
    if field in NEEDS:
        return need_text(value)
    if field == "standing":
        return name_in(STANDINGS, str(value or "unknown"))
    if isinstance(value, list):
        listed = [str(one) for one in cast("list[object]", value)]
        parts = [finding_text(one) if field == "findings" else Text(one, one) for one in listed]
        return Text("; ".join(one.th for one in parts) or "–", "; ".join(one.en for one in parts) or "–")
    shown = "–" if value is None else f"{value:,.2f}" if isinstance(value, float) else str(value)
    return Text(shown, shown)


def finding_text(said: str) -> Text:
    """`class/need/state` in words."""
    class_, need, state = said.split("/")
    what, about = name_in(FINDINGS, class_), name_in(NEED_NAMES, need)
    how = Text("ยังสงสัย", "suspected") if state == "suspected" else name_in(VERDICTS, state)
    return Text(f"{what.th} ({about.th}: {how.th})", f"{what.en} ({about.en}: {how.en})")


def change_text(change: Change, language: Language) -> str:
    """One change on a line."""
    name = in_language(name_in(FIELDS, change.field), language)
    before = in_language(value_text(change.field, change.before), language)
    after = in_language(value_text(change.field, change.after), language)
    return f"{name}: {before} → {after}"


def clocks_text(step: Step, language: Language) -> str:
    """The three clocks of an event, each with its day in both calendars."""
    times = {"happened": step.happened_at, "reported": step.reported_at, "recorded": step.recorded_at}
    return " · ".join(
        f"{in_language(LABELS[name], language)} {in_language(day_text(when), language)}"
        for name, when in times.items()
    )


def print_step(step: Step, language: Language) -> list[str]:
    """The lines that tell a step."""
    said = step.said_th if language == "th" else step.said_en
    lines = [f"#{step.sequence}  {said}", f"    {clocks_text(step, language)}"]
    if isinstance(step.names, list) and step.names:
        lines.append(f"    {in_language(LABELS['names'], language)}: {', '.join(step.names)}")
    if isinstance(step.text, str) and step.text:
        lines.append(f"    {in_language(LABELS['text'], language)}: {step.text}")
    if isinstance(step.changed, msgspec.UnsetType):
        return lines
    for one in step.changed:
        if len(step.changed) > 1:
            lines.append(f"    {in_language(LABELS['household'], language)} {one.household_id}")
        lines += [f"    ~ {change_text(change, language)}" for change in one.changes]
    if not step.changed:
        lines.append(f"    {in_language(LABELS['nothing'], language)}")
    return lines


def to_lines(step: Step) -> list[ReplayLine]:
    """The rows of a step in a table."""
    bare = ReplayLine(
        sequence=step.sequence,
        happened_at=step.happened_at,
        reported_at=step.reported_at,
        recorded_at=step.recorded_at,
        type=step.type,
        source=step.source,
        agency=step.agency,
        reporter=step.reporter,
        said_th=step.said_th,
        said_en=step.said_en,
        names=", ".join(step.names) if isinstance(step.names, list) else None,
        text=step.text if isinstance(step.text, str) else None,
        household_id=None,
        field=None,
        before=None,
        after=None,
    )
    changed = () if isinstance(step.changed, msgspec.UnsetType) else step.changed
    rows = [
        msgspec.structs.replace(
            bare,
            household_id=str(one.household_id),
            field=change.field,
            before=value_text(change.field, change.before).th,
            after=value_text(change.field, change.after).th,
        )
        for one in changed
        for change in one.changes
    ]
    return rows or [bare]
