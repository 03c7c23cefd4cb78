"""Plain builders of events as the projector receives them: sealed outside, opened inside, without any key."""

import datetime as dt
import hashlib

from contracts import ids
from contracts.events import (
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    Event,
    OpenedHelp,
    OpenedRecord,
    RecordReceived,
    RecordWithdrawn,
    SealedAction,
    SealedMember,
    SealedRecord,
    Sequenced,
    Void,
    Withdrawal,
)
from contracts.records import Help, House, Member, PartialDate, Point, RecipientRef

KEY = b"k" * 32
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def day(number: int) -> dt.datetime:
    """The instant `number` days after the start of 2021."""
    return dt.datetime(2021, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)


def citizen(number: int) -> str:
    """A synthetic citizen id (digits 2–5 are 0000) with its check digit."""
    digits = f"30000{number:07d}"
    total = sum((13 - position) * int(digit) for position, digit in enumerate(digits))
    return digits + str((11 - total % 11) % 10)


def a_member(
    key: str, first: str, last: str = "ใจดี", *, number: int | None = None, year: int = 1980, **values
) -> Member:
    id_ = citizen(number) if number is not None else None
    return Member(
        key=key,
        key_method="number",
        first_name=first,
        last_name=last,
        citizen_id=id_,
        citizen_valid=id_ is not None,
        citizen_ref=ids.citizen_pseudonym(KEY, id_) if id_ else None,
        birth=PartialDate(year=year, month=5, day=7),
        **values,
    )


def a_house(record_key: str, *, house_code: str | None = None, tambon: str = "320101", **values) -> House:
    return House(
        record_key=record_key,
        house_code=house_code,
        house_ref=ids.house_pseudonym(KEY, house_code) if house_code else None,
        tambon=tambon,
        amphoe=tambon[:4],
        **values,
    )


class Log:
    """Builds a log event by event; `items` are what the projector gets."""

    def __init__(self) -> None:
        self.items: list[Sequenced] = []

    def __repr__(self) -> str:
        return "\n".join(f"{item.sequence}: {item.event} {item.opened}" for item in self.items)

    def _add(self, event: Event, opened=None) -> int:
        sequence = len(self.items) + 1
        self.items.append(
            Sequenced(
                sequence=sequence,
                recorded_at=START + dt.timedelta(minutes=sequence),
                event=event,
                digest=hashlib.sha256(str(sequence).encode()).digest(),
                opened=opened,
            )
        )
        return sequence

    def _envelope(self, happened_at: dt.datetime, source: str, **values) -> dict:
        sequence = len(self.items) + 1
        return {
            "specversion": "1.0",
            "id": f"e{sequence}",
            "source": source,
            "province": "32",
            "happened_at": happened_at,
            "received_at": START + dt.timedelta(minutes=sequence),
            **values,
        }

    def received(
        self, source: str, house: House, *members: Member, period="2566", happened_at=None, reported_at=None
    ) -> int:
        record = ids.record_pseudonym(KEY, source, house.record_key)
        sealed = tuple(
            SealedMember(member=ids.member_pseudonym(KEY, source, house.record_key, m.key), box=b"")
            for m in members
        )
        data = SealedRecord(
            record=record,
            period=period,
            content=f"{len(self.items)}",
            house=b"",
            members=sealed,
            amphoe=house.amphoe,
            tambon=house.tambon,
        )
        event = RecordReceived(
            **self._envelope(happened_at or day(0), source, reported_at=reported_at), data=data
        )
        return self._add(event, OpenedRecord(house, members))

    def withdrawn(self, source: str, record_key: str, *, period="2566", reported_at: dt.datetime) -> int:
        data = Withdrawal(record=ids.record_pseudonym(KEY, source, record_key), period=period)
        return self._add(
            RecordWithdrawn(**self._envelope(reported_at, source, reported_at=reported_at), data=data)
        )

    def helped(
        self,
        action_id: str,
        *refs: RecipientRef,
        agency="psm",
        happened_at=None,
        until=None,
        corrects=False,
        amount=10_000,
    ) -> int:
        data = SealedAction(
            action=ids.action_pseudonym(KEY, agency, action_id),
            content=f"{len(self.items)}",
            subject=refs[0].ref.replace("-", ""),
            help=b"",
            kind="cash",
            need="income",
            recipients=refs,
            amount_satang=amount,
        )
        type_ = AssistanceCorrected if corrects else AssistanceRecorded
        envelope = self._envelope(happened_at or day(0), agency, agency=agency, happened_until=until)
        return self._add(type_(**envelope, data=data), OpenedHelp(Help(action_id=action_id)))

    def voided(self, action_id: str, *, agency="psm") -> int:
        action = ids.action_pseudonym(KEY, agency, action_id)
        data = Void(action=action, content="", subject="00" * 16, help=b"")
        return self._add(
            AssistanceVoided(**self._envelope(day(0), agency, agency=agency), data=data), OpenedHelp(None)
        )


def by_citizen(number: int) -> RecipientRef:
    return RecipientRef(kind="citizen", ref=ids.citizen_pseudonym(KEY, citizen(number)))


def by_house(house_code: str) -> RecipientRef:
    return RecipientRef(kind="house", ref=ids.house_pseudonym(KEY, house_code))


def by_record(source: str, record_key: str) -> RecipientRef:
    return RecipientRef(kind="record", ref=ids.record_pseudonym(KEY, source, record_key))


def by_household(source: str, record_key: str) -> RecipientRef:
    id_ = ids.household_id(ids.record_pseudonym(KEY, source, record_key))
    return RecipientRef(kind="household", ref=str(id_), read_sequence=1)


def a_point(lon: float, lat: float) -> Point:
    return Point(lon=lon, lat=lat)
