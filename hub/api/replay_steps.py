"""The steps of a history from the tables: what each event said, and the households it concerns as known just before and after it."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from psycopg import sql

from contracts.records import Help
from hub.api.answers import to_baht
from hub.api.answers_story import ReplayStep, StepChange
from hub.api.conditions import actions, findings, states
from hub.api.finding_ids import read_id
from hub.api.reading import Reading
from hub.api.statements import SQL
from hub.api.story_rows import HELP_FIELDS, HELP_KINDS, Listed, kind_of, list_listed
from hub.auth import Caller
from hub.replay import sentences
from hub.replay.sentences import Change
from hub.replay.steps import HouseholdState, list_changes
from hub.replay.words import Text

States = Mapping[tuple[int, int], HouseholdState]
_help: msgspec.json.Decoder[Help | None] = msgspec.json.Decoder(Help | None)


class Said(NamedTuple):
    """What an event said: a sentence, and the personal part of it."""

    text: Text
    names: list[str]
    words: str | None


class Known(NamedTuple):
    """The households that each event concerns, and their states by (household, sequence)."""

    households: Mapping[int, Sequence[int]]
    states: States


async def fetch_steps(reading: Reading, sequences: Sequence[int], caller: Caller) -> list[ReplayStep]:
    """These events as steps, without their neighbours' addresses."""
    if not sequences:
        return []
    await reading.cursor.execute(SQL["fetch_replay_events"], {"sequences": list(sequences)})
    rows = await reading.cursor.fetchall()
    known = await fetch_known(reading, sequences) if "households" in caller.rights else None
    return [to_step(row, known, caller) for row in rows]


async def fetch_known(reading: Reading, sequences: Sequence[int]) -> Known:
    """The households that these events concern, as known just before each event and just after it."""
    await reading.cursor.execute(SQL["list_replay_households"], {"sequences": list(sequences)})
    households: dict[int, list[int]] = {}
    for sequence, household in await reading.cursor.fetchall():
        households.setdefault(sequence, []).append(household)
    pairs = sorted(
        {
            (household, known)
            for sequence, found in households.items()
            for household in found
            for known in (sequence - 1, sequence)
        }
    )
    if reading.basis.reported_by is None:
        return Known(households, await fetch_states(reading, pairs))
    found: dict[tuple[int, int], HouseholdState] = {}
    for sequence in sorted({known for _, known in pairs}):
        about = [pair for pair in pairs if pair[1] == sequence]
        basis = msgspec.structs.replace(reading.basis, sequence=sequence)
        await dataclasses.replace(reading, basis=basis).stand([household for household, _ in about])
        found |= await fetch_states(reading, about)
    return Known(households, found)


async def fetch_states(
    reading: Reading, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], HouseholdState]:
    """The households at v as known at one sequence each, both by pair."""
    basis = reading.basis
    statement = sql.SQL(SQL["list_replay_states"]).format(
        states=states(basis), actions=actions(basis), findings=findings(basis)
    )
    asked = {"households": [pair[0] for pair in pairs], "sequences": [pair[1] for pair in pairs]}
    await reading.cursor.execute(statement, basis.values | asked)
    return {(row[0], row[1]): to_state(row) for row in await reading.cursor.fetchall()}


def to_state(row: Sequence[Any]) -> HouseholdState:
    """A row of `list_replay_states`."""
    _, _, household_id, amphoe, records, persons, level, standing, *needs = row[:13]
    given, satang, repeated, found = row[13:]
    return HouseholdState(
        household_id=household_id,
        amphoe=amphoe,
        records=tuple(records or ()),
        persons=persons,
        level=level,
        standing=standing,
        needs=tuple(needs),
        actions=given,
        satang=satang,
        reported_twice=repeated,
        findings=tuple(found or ()),
    )


def to_step(row: Sequence[Any], known: Known | None, caller: Caller) -> ReplayStep:
    """A row of `fetch_replay_events` as this caller may see it."""
    sequence, type_, happened_at, reported_at, recorded_at, source, agency = row[:7]
    said = say(row)
    step = ReplayStep(
        sequence=sequence,
        type=type_,
        happened_at=happened_at,
        reported_at=reported_at,
        recorded_at=recorded_at,
        source=source,
        agency=agency,
        reporter=row[15],
        said_th=said.text.th,
        said_en=said.text.en,
        previous=None,
        next=None,
        state=None,
    )
    is_own = caller.agency is not None and caller.agency in (agency, source)
    if caller.may_see_personal or is_own:
        step = msgspec.structs.replace(step, names=said.names, text=said.words)
    if known is None:
        return step
    changed = list_changed(sequence, known, caller)
    main = _main_household(sequence, known, caller)
    state = None if main is None else f"/v1/households/{main.household_id}?as_of=seq:{sequence}"
    return msgspec.structs.replace(step, changed=changed, state=state)


def list_changed(sequence: int, known: Known, caller: Caller) -> list[StepChange]:
    """What the event changed in each household that this caller may see."""
    found: list[StepChange] = []
    for household in known.households.get(sequence, ()):
        before, after = known.states[household, sequence - 1], known.states[household, sequence]
        if caller.areas and not {before.amphoe, after.amphoe} & set(caller.areas):
            continue
        changes = list_changes(before, after, helped="assistance" in caller.rights)
        if changes:
            found.append(StepChange(household_id=after.household_id, changes=changes))
    return found


def _main_household(sequence: int, known: Known, caller: Caller) -> HouseholdState | None:
    """The household whose address a step gives: one that there is after the event."""
    after = [known.states[household, sequence] for household in known.households.get(sequence, ())]
    inside = [one for one in after if one.records and (not caller.areas or one.amphoe in caller.areas)]
    return inside[0] if inside else None


def say(row: Sequence[Any]) -> Said:
    """What an event said."""
    type_, source = row[1], row[5]
    if row[7] is not None:
        return _say_record(row)
    if type_ in HELP_KINDS:
        return _say_help(row)
    if row[26] is not None:
        finding, verdict, actor, words = row[26:30]
        return Said(sentences.decision_said(read_id(finding).class_, verdict, actor), [], words)
    if row[30] is not None:
        step, sender, receiver, need, due_at, words = row[30:36]
        return Said(sentences.referral_said(step, sender, receiver, need, due_at), [], words)
    return Said(sentences.other_said(type_, source), [], None)


def _say_record(row: Sequence[Any]) -> Said:
    period, withdrawn, text, older = row[7:11]
    members = list_listed(text)
    none: list[Listed] = []
    kind = kind_of(withdrawn=withdrawn, before=None if older is None else (older, none))
    names = [one.member.full() for one in members if one.member is not None]
    return Said(sentences.record_said(kind, row[5], period, len(members)), names, None)


def _say_help(row: Sequence[Any]) -> Said:
    happened_at, source, agency = row[2], row[5], row[6]
    programme, what, need, satang, reporter, until, quantity, text = row[11:19]
    old_programme, old_what, old_need, old_satang, old_start, old_until, old_quantity = row[19:26]
    kind = HELP_KINDS[row[1]]
    changes: list[Change] = []
    if kind == "assistance_corrected" and old_what is not None:
        before = (old_programme, old_what, old_need, to_baht(old_satang), old_start, old_until, old_quantity)
        after = (programme, what, need, to_baht(satang), happened_at, until, quantity)
        changes = [
            Change(field=name, before=was, after=now)
            for name, was, now in zip(HELP_FIELDS, before, after, strict=True)
            if was != now
        ]
    help_ = None if text is None else _help.decode(text)
    name = None if help_ is None else help_.recipient_name
    said = sentences.help_said(
        kind, agency or source, reporter, old_what if what is None else what, satang, changes
    )
    return Said(said, [] if name is None else [name], None if help_ is None else help_.description)
