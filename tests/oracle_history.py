"""The oracle's answers about what happened and what came to be known: timelines and raw events."""

import datetime as dt

from contracts.events import (
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    RecordReceived,
    RecordWithdrawn,
    Sequenced,
)
from tests.oracle import Oracle, Reported
from tests.oracle_answers import Answer, baht

Help = AssistanceRecorded | AssistanceCorrected | AssistanceVoided
KINDS: dict[type[Help], str] = {
    AssistanceRecorded: "assistance_recorded",
    AssistanceCorrected: "assistance_corrected",
    AssistanceVoided: "assistance_voided",
}


def timeline(
    oracle: Oracle, sequence: int, household_id: str, until: dt.datetime | None
) -> list[Answer] | None:
    """GET /v1/households/{id}/timeline without the summaries, all pages, or None where no founder has the id."""
    household = oracle.known(sequence).resolve_household(household_id)
    if household is None:
        return None
    rows = [record_row(item) for item in record_items(oracle, sequence, household)]
    rows += link_rows(oracle, sequence, household)
    rows += [help_row(oracle, item) for item in help_items(oracle, sequence, household)]
    placed = [(item_time(row), row) for row in rows]
    return [row for when, row in sorted(placed, key=lambda p: p[0]) if until is None or when[0] <= until]


def item_time(row: Answer) -> tuple[dt.datetime, int]:
    happened_at, sequence = row["happened_at"], row["sequence"]
    assert isinstance(happened_at, dt.datetime)
    assert isinstance(sequence, int)
    return (happened_at, sequence)


def record_items(oracle: Oracle, sequence: int, household: int) -> list[Sequenced]:
    """The events of the records that belong to a household at s."""
    known = oracle.known(sequence)
    return [
        item
        for item in known.telling
        if isinstance(item.event, RecordReceived | RecordWithdrawn)
        and known.partition.households.get(known.record_of.get(item.event.data.record, 0)) == household
    ]


def help_items(oracle: Oracle, sequence: int, household: int) -> list[Sequenced]:
    """The events of the actions that belong to a household at s; a voided one belongs where it did until it was voided."""
    events = [item for item in oracle.known(sequence).telling if isinstance(item.event, Help)]
    return [
        item
        for item in events
        if isinstance(item.event, Help)
        and last_household(oracle, sequence, item.event.data.action) == household
    ]


def last_household(oracle: Oracle, sequence: int, pseudonym: str) -> int | None:
    """The household, at s, of the record that an action reached when it was last known as help."""
    known = oracle.known(sequence)
    events = [i for i in known.telling if isinstance(i.event, Help) and i.event.data.action == pseudonym]
    action = known.first_of_actions[pseudonym]
    if action in known.actions:
        return known.household_of(action)
    contents = [item for item in events if not isinstance(item.event, AssistanceVoided)]
    if not contents:
        return None
    voided = next(item for item in events if item.sequence > contents[-1].sequence)
    before = oracle.known(voided.sequence - 1)
    before = before.whole if isinstance(before, Reported) else before
    anchor = before.anchors[action]
    return None if anchor is None else known.partition.households[anchor.record]


def common(item: Sequenced, kind: str, source: str, agency: str | None) -> Answer:
    return {
        "kind": kind,
        "sequence": item.sequence,
        "happened_at": item.event.happened_at,
        "reported_at": item.event.reported_at,
        "recorded_at": item.recorded_at,
        "source": source,
        "agency": agency,
    }


def record_row(item: Sequenced) -> Answer:
    event = item.event
    assert isinstance(event, RecordReceived | RecordWithdrawn)
    kind = "record_received" if isinstance(event, RecordReceived) else "record_withdrawn"
    return {**common(item, kind, event.source, None), "period": event.data.period}


def link_rows(oracle: Oracle, sequence: int, household: int) -> list[Answer]:
    """Records that came to the household or left it with an event, told by the event."""
    rows: list[Answer] = []
    inside: set[int] = set()
    told = {item.sequence for item in oracle.known(sequence).telling}
    for item in oracle.known(sequence).items:
        known = oracle.known(item.sequence)
        now = {r for r, founder in known.partition.households.items() if founder == household} - {household}
        for kind, changed in (("link_formed", now - inside), ("link_dissolved", inside - now)):
            for record in sorted(changed) if item.sequence in told else ():
                row = common(item, kind, known.source_of[record], None)
                rows.append({**row, "household_id": known.household_id(record)})
        inside = now
    return rows


def help_row(oracle: Oracle, item: Sequenced) -> Answer:
    event = item.event
    assert isinstance(event, Help)
    events = oracle.known(item.sequence).items
    first = next(
        i.sequence for i in events if isinstance(i.event, Help) and i.event.data.action == event.data.action
    )
    row = common(item, KINDS[type(event)], event.source, event.agency or event.source) | {"action": first}
    if isinstance(event, AssistanceVoided):
        return row
    data = event.data
    return row | {
        "programme": data.programme,
        "help_kind": data.kind,
        "need": data.need,
        "amount_thb": baht(data.amount_satang),
    }


def events(
    oracle: Oracle,
    sequence: int,
    happened_until: dt.datetime | None = None,
    *,
    after: int = 0,
    until: int | None = None,
    type_: str | None = None,
    household: str | None = None,
    agency: str | None = None,
) -> list[Sequenced]:
    """GET /v1/events, all pages. `type_` is a type or its family."""
    wanted: set[int] | None = None
    if household is not None:
        founder = oracle.known(sequence).resolve_household(household) or 0
        found = record_items(oracle, sequence, founder) + help_items(oracle, sequence, founder)
        wanted = {item.sequence for item in found}
    return [
        item
        for item in oracle.known(sequence).telling
        if after < item.sequence <= (sequence if until is None else until)
        and (happened_until is None or item.event.happened_at <= happened_until)
        and (type_ is None or f"{tag_of(item)}.".startswith(f"{type_}."))
        and (wanted is None or item.sequence in wanted)
        and (agency is None or agency in (item.event.agency, item.event.source))
    ]


def tag_of(item: Sequenced) -> str:
    """The type of an event as it is written."""
    return str(type(item.event).__struct_config__.tag)
