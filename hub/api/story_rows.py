"""The rows of a timeline. Pure: rows of hub/api/sql/timeline.sql in, what is told out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from contracts.records import NEEDS
from hub.api.answers import UNSET, to_baht
from hub.api.answers_story import StoryRow
from hub.api.finding_ids import write_id
from hub.replay import sentences
from hub.replay.sentences import Change
from hub.replay.words import Text

Row = tuple[Any, ...]
HELP_KINDS: Mapping[str, str] = {
    "assistance.recorded.v1": "assistance_recorded",
    "assistance.corrected.v1": "assistance_corrected",
    "assistance.voided.v1": "assistance_voided",
}
HELP_FIELDS: tuple[str, ...] = ("programme", "kind", "need", "amount_thb", "happened_at", "until", "quantity")


class Clocks(NamedTuple):
    """Where and when an event stands."""

    sequence: int
    happened_at: dt.datetime
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    source: str


class Named(msgspec.Struct, frozen=True):
    """The name of a listed member."""

    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    def full(self) -> str:
        """The name in one line."""
        return (self.title or "") + " ".join(part for part in (self.first_name, self.last_name) if part)


class Listed(msgspec.Struct, frozen=True):
    """A member as a document lists it; None once erased."""

    id: int
    member: Named | None


_listed: msgspec.json.Decoder[list[Listed]] = msgspec.json.Decoder(list[Listed])


def list_listed(text: str | None) -> list[Listed]:
    """The members of a document; nobody where it has none."""
    return [] if text is None or text == "null" else _listed.decode(text)


def tell(kind: str, at: Clocks, said: Text, *, agency: str | None = None, by: str = "hub") -> StoryRow:
    """A row without details."""
    return StoryRow(
        kind=kind,
        sequence=at.sequence,
        happened_at=at.happened_at,
        reported_at=at.reported_at,
        recorded_at=at.recorded_at,
        source=at.source,
        agency=agency,
        summary_th=said.th,
        summary_en=said.en,
        actor_kind=by,
    )


class Told(NamedTuple):
    """What the records told: the rows, where each event stands, and whether something of them is erased."""

    rows: list[StoryRow]
    clocks: dict[int, Clocks]
    periods: dict[int, tuple[int, str, bool]]
    is_erased: bool


def record_rows(found: Sequence[Row], *, personal: bool) -> Told:
    """Statements given, changed, withdrawn and given again, and the members that came and went with them."""
    told = Told([], {}, {}, any(not row[1] and row[8] for row in found))
    newest: dict[tuple[int, str], tuple[bool, list[Listed]]] = {}
    listed_by: dict[int, list[tuple[dt.datetime, int, list[Listed]]]] = {}
    is_erased = told.is_erased
    for sequence, withdrawn, happened_at, reported_at, recorded_at, source, period, record, _, text in found:
        at = Clocks(sequence, happened_at, reported_at, recorded_at, source)
        told.clocks[sequence], told.periods[sequence] = at, (record, period, withdrawn)
        members = list_listed(text)
        is_erased = is_erased or any(one.member is None for one in members)
        before = newest.get((record, period))
        kind = kind_of(withdrawn=withdrawn, before=before)
        said = sentences.record_said(kind, source, period, len(members))
        told.rows.append(msgspec.structs.replace(tell(kind, at, said, by="source"), period=period))
        if withdrawn:
            newest[record, period] = (True, [] if before is None else before[1])
            continue
        earlier = [one for one in listed_by.get(record, []) if one[0] <= happened_at]
        previous = before[1] if before is not None else max(earlier)[2] if earlier else None
        if previous is not None:
            told.rows.extend(member_rows(at, previous, members, personal=personal))
        newest[record, period] = (False, members)
        listed_by.setdefault(record, []).append((happened_at, sequence, members))
    return told._replace(is_erased=is_erased)


def kind_of(*, withdrawn: bool, before: tuple[bool, list[Listed]] | None) -> str:
    """What a statement is beside the one of the same record and period before it."""
    if withdrawn:
        return "record_withdrawn"
    if before is None:
        return "record_received"
    return "record_returned" if before[0] else "record_changed"


def member_rows(
    at: Clocks, before: Sequence[Listed], now: Sequence[Listed], *, personal: bool
) -> list[StoryRow]:
    """Who is listed now and was not, and the other way round."""
    rows: list[StoryRow] = []
    for kind, these, others in (("members_come", now, before), ("members_gone", before, now)):
        known = {one.id for one in others}
        moved = [one for one in these if one.id not in known]
        if not moved:
            continue
        names = [one.member.full() for one in moved if one.member is not None] if personal else []
        said = sentences.members_said(
            came=kind == "members_come", source=at.source, count=len(moved), names=names
        )
        row = tell(kind, at, said, by="source")
        rows.append(msgspec.structs.replace(row, members=len(moved), names=names if personal else UNSET))
    return rows


def link_row(row: Row) -> StoryRow:
    """A record that the hub linked with the household, or no longer; it happened when the event did that brought it about."""
    sequence, formed, happened_at, reported_at, recorded_at, source, household_id, rule, score = row
    at = Clocks(sequence, happened_at, reported_at, recorded_at, source)
    said = sentences.link_said(formed=formed, source=source, rule=rule, score=score)
    told = tell("link_formed" if formed else "link_dissolved", at, said)
    return msgspec.structs.replace(told, household_id=household_id, rule=rule, score=score)


def state_rows(found: Sequence[Row], told: Told, events: Mapping[int, Clocks]) -> list[StoryRow]:
    """What changed from one stretch of the household to the next: needs, level, standing."""
    rows: list[StoryRow] = []
    needs: tuple[bool | None, ...] = (None,) * len(NEEDS)
    level: int | None = None
    standing: str | None = None
    was_poor, basis_before = False, list[int]()
    for since, _, known, basis, level_now, standing_now, *needs_now in found:
        cause = cause_of(since, basis, basis_before, told) or events.get(known)
        basis_before = basis
        if cause is None:
            continue
        at = cause._replace(happened_at=since)
        changes = [
            Change(field=need, before=was, after=now, source=at.source)
            for need, was, now in zip(NEEDS, needs, needs_now, strict=True)
            if was != now
        ]
        if changes:
            row = tell("needs_changed", at, sentences.needs_said(changes), by="source")
            rows.append(msgspec.structs.replace(row, changes=changes))
        if level_now != level:
            row = tell("level_changed", at, sentences.level_said(level, level_now), by="source")
            rows.append(msgspec.structs.replace(row, level=level_now))
        if standing_now != standing:
            word = "relapsed" if standing_now == "poor" and was_poor else standing_now or "unknown"
            row = tell("standing_changed", at, sentences.standing_said(word))
            rows.append(msgspec.structs.replace(row, standing=word))
        needs, level, standing = tuple(needs_now), level_now, standing_now
        was_poor = was_poor or standing_now == "poor"
    return rows


def cause_of(since: dt.datetime, basis: Sequence[int], before: Sequence[int], told: Told) -> Clocks | None:
    """The statement with which a stretch begins: one given at that instant, else one that ended then."""
    given = [
        told.clocks[one] for one in basis if one in told.clocks and told.clocks[one].happened_at == since
    ]
    if given:
        return max(given, key=lambda at: at.sequence)
    ended = {told.periods[one][:2] for one in before if one in told.periods and one not in basis}
    taken = [
        at
        for sequence, at in told.clocks.items()
        if told.periods[sequence][2] and told.periods[sequence][:2] in ended and at.reported_at == since
    ]
    return max(taken, key=lambda at: at.sequence) if taken else None


def help_rows(found: Sequence[Row]) -> list[StoryRow]:
    """Actions recorded, corrected (with what changed) and voided."""
    rows: list[StoryRow] = []
    known: dict[int, dict[str, object]] = {}
    for row in found:
        sequence, type_, happened_at, reported_at, recorded_at, source, agency, action = row[:8]
        programme, what, need, satang, reporter, until, quantity = row[8:]
        kind, giver = HELP_KINDS[type_], agency or source
        amount = to_baht(satang)
        values = (programme, what, need, amount, happened_at, until, quantity)
        now: dict[str, object] = dict(zip(HELP_FIELDS, values, strict=True))
        before = known.get(action, {})
        changes = [
            Change(field=name, before=before[name], after=value)
            for name, value in now.items()
            if kind == "assistance_corrected" and before and before[name] != value
        ]
        at = Clocks(sequence, happened_at, reported_at, recorded_at, source)
        said = sentences.help_said(kind, giver, reporter, what, satang, changes)
        told = msgspec.structs.replace(tell(kind, at, said, agency=giver, by="agency"), action=action)
        if what is not None:
            known[action] = now
            told = msgspec.structs.replace(
                told,
                programme=programme,
                help_kind=what,
                need=need,
                amount_thb=amount,
                reporter=reporter,
                changes=changes or UNSET,
            )
        rows.append(told)
    return rows


def finding_rows(found: Sequence[Row], household: int, until: dt.datetime) -> list[StoryRow]:
    """Findings that began, and those that ended, by `until`."""
    rows: list[StoryRow] = []
    for (
        class_,
        need,
        action,
        other,
        satang,
        since,
        end,
        sequence,
        reported_at,
        recorded_at,
        source,
        agency,
    ) in found:
        id_ = write_id(class_, household=household, need=need, action=action, other=other)
        for kind, when in (("finding_raised", since), ("finding_ended", end)):
            if when is None or when > until:
                continue
            at = Clocks(sequence, when, reported_at, recorded_at, source)
            said = sentences.finding_said(class_, need, ended=kind == "finding_ended")
            rows.append(
                msgspec.structs.replace(
                    tell(kind, at, said, agency=agency), finding=id_, need=need, amount_thb=to_baht(satang)
                )
            )
    return rows


def decision_row(row: Row, classes: Mapping[str, str], *, personal: bool) -> StoryRow:
    """What a person decided about a finding."""
    sequence, finding, verdict, actor, happened_at, reported_at, recorded_at, source, text = row
    at = Clocks(sequence, happened_at, reported_at, recorded_at, source)
    said = sentences.decision_said(classes[finding], verdict, actor)
    told = tell("finding_decided", at, said, by="person")
    return msgspec.structs.replace(
        told, finding=finding, verdict=verdict, actor=actor, text=text if personal else UNSET
    )


def referral_row(row: Row, *, personal: bool) -> StoryRow:
    """A step of a referral."""
    (
        sequence,
        referral,
        step,
        sender,
        receiver,
        need,
        due_at,
        happened_at,
        reported_at,
        recorded_at,
        source,
        action,
        text,
    ) = row
    at = Clocks(sequence, happened_at, reported_at, recorded_at, source)
    said = sentences.referral_said(step, sender, receiver, need, due_at)
    giver = sender if step in ("sent", "cancelled") else receiver
    return msgspec.structs.replace(
        tell(f"referral_{step}", at, said, agency=giver, by="agency"),
        referral=referral,
        step=step,
        need=need,
        due_at=due_at,
        action=UNSET if action is None else action,
        text=text if personal else UNSET,
    )


def erased_row(at: Clocks) -> StoryRow:
    """Personal data of the household was erased."""
    return tell("subject_erased", at, sentences.erased_said())
