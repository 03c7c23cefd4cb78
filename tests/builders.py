"""Plain builders of events as the projector receives them: sealed outside, opened inside, without any key."""

import datetime as dt
import hashlib

import msgspec

from contracts import ids
from contracts.events import (
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    Erasure,
    Event,
    FindingDecided,
    FindingDecision,
    OpenedHelp,
    OpenedRecord,
    OpenedWords,
    RecordReceived,
    RecordWithdrawn,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralAnswer,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralSent,
    RulesPublished,
    SealedAction,
    SealedMember,
    SealedRecord,
    SealedReferral,
    Sequenced,
    SubjectErased,
    Void,
    Withdrawal,
)
from contracts.events_links import (
    LinkDecided,
    LinkDecision,
    LinkDecisionRevoked,
    LinkModelActivated,
    LinkModelChoice,
    LinkModelDocument,
    LinkModelPublished,
    LinkRevocation,
)
from contracts.records import Help, House, Member, PartialDate, Point, RecipientRef, Words
from contracts.rules import DEFAULT_RULES, Rules
from projections.linkage.default import default_model
from projections.linkage.training import thinned

KEY = b"k" * 32
MODELS = tuple(
    msgspec.json.encode(
        msgspec.structs.replace(thinned(default_model(), 10**9), model_id=f"lm-{cut}", link=cut)
    ).decode()
    for cut in (14_000, -3_000)
)
"""Two linking models, a stricter and a looser one than the shipped."""
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
STEPS = {
    "acknowledged": ReferralAcknowledged,
    "accepted": ReferralAccepted,
    "declined": ReferralDeclined,
    "completed": ReferralCompleted,
    "cancelled": ReferralCancelled,
}


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

    def ruled(self, rules: Rules = DEFAULT_RULES, **changes) -> int:
        """`rules` with these fields changed are in force."""
        data = msgspec.structs.replace(rules, **changes)
        return self._add(RulesPublished(**self._envelope(day(0), "committee"), data=data))

    def decided(
        self,
        finding: str,
        verdict: str,
        *,
        happened_at=None,
        seen=None,
        actor="0a0a0a0a",
        subject="00" * 16,
        text="",
    ) -> int:
        """A decision about the finding with this public id. `subject` is the pseudonym whose key seals `text`."""
        seen = len(self.items) if seen is None else seen
        data = FindingDecision(finding=finding, verdict=verdict, subject=subject, words=b"", seen=seen)
        envelope = self._envelope(happened_at or day(0), "stewards", actor=actor)
        return self._add(FindingDecided(**envelope, data=data), OpenedWords(Words(text=text)))

    def linked(
        self,
        verdict: str,
        *groups: tuple[str, ...],
        level="household",
        seen=None,
        model=None,
        actor="0a0a0a0a",
        happened_at=None,
        text="",
    ) -> int:
        """A decision about links between members or records, named by pseudonym (`record_of`, `member_of`)."""
        seen = len(self.items) if seen is None else seen
        data = LinkDecision(
            level=level,
            verdict=verdict,
            groups=groups,
            subject=groups[0][0],
            words=b"",
            seen=seen,
            model=model,
        )
        envelope = self._envelope(happened_at or day(0), "stewards", actor=actor)
        return self._add(LinkDecided(**envelope, data=data), OpenedWords(Words(text=text)))

    def unlinked(self, decision: int, *, subject="00" * 16, actor="0a0a0a0a", text="") -> int:
        """The decision about links at this sequence is taken back."""
        data = LinkRevocation(decision=decision, subject=subject, words=b"")
        envelope = self._envelope(day(0), "stewards", actor=actor)
        return self._add(LinkDecisionRevoked(**envelope, data=data), OpenedWords(Words(text=text)))

    def modelled(self, model: str, document: str = MODELS[0], *, norm="norm@1", trained_on=0) -> int:
        """A linking model is published."""
        digest = hashlib.sha256(document.encode()).hexdigest()
        data = LinkModelDocument(
            model=model, norm=norm, digest=digest, document=document, trained_on=trained_on
        )
        return self._add(LinkModelPublished(**self._envelope(day(0), "committee"), data=data))

    def activated(self, model: str) -> int:
        """A published linking model is put into force."""
        data = LinkModelChoice(model=model)
        return self._add(LinkModelActivated(**self._envelope(day(0), "committee"), data=data))

    def erased(self, *subjects: str) -> int:
        """The keys of these subjects are destroyed."""
        data = Erasure(subjects=subjects)
        return self._add(SubjectErased(**self._envelope(day(0), "stewards"), data=data))

    def referred(
        self,
        referral_id: str,
        *refs: RecipientRef,
        sender="psm",
        receiver="temple",
        need="income",
        happened_at=None,
        due_at=None,
        text="",
    ) -> int:
        data = SealedReferral(
            referral=ids.pseudonym(KEY, "referral", sender, referral_id),
            subject=refs[0].ref.replace("-", ""),
            words=b"",
            sender=sender,
            receiver=receiver,
            need=need,
            recipients=refs,
            due_at=due_at,
        )
        envelope = self._envelope(happened_at or day(0), sender, agency=sender)
        words = Words(text=text, reference=referral_id)
        return self._add(ReferralSent(**envelope, data=data), OpenedWords(words))

    def answered(
        self,
        referral_id: str,
        step: str,
        *,
        agency="temple",
        sender="psm",
        happened_at=None,
        action_id=None,
        subject="00" * 16,
        text="",
    ) -> int:
        """A step in the life of a referral, taken by `agency`; `action_id` names its help that completed it."""
        action = None if action_id is None else ids.action_pseudonym(KEY, agency, action_id)
        referral = ids.pseudonym(KEY, "referral", sender, referral_id)
        data = ReferralAnswer(referral=referral, subject=subject, words=b"", action=action)
        envelope = self._envelope(happened_at or day(0), agency, agency=agency)
        return self._add(STEPS[step](**envelope, data=data), OpenedWords(Words(text=text)))


def record_of(source: str, record_key: str) -> str:
    """The pseudonym of a record."""
    return ids.record_pseudonym(KEY, source, record_key)


def member_of(source: str, record_key: str, key: str) -> str:
    """The pseudonym of a member of a record."""
    return ids.member_pseudonym(KEY, source, record_key, key)


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
