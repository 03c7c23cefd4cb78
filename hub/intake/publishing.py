"""What publishers send one by one, made into items."""

import datetime as dt
from collections.abc import Collection, Sequence

from contracts.codes import fault
from contracts.errors import FieldError
from contracts.events import AgencyRegistered, ProgrammeRegistered
from contracts.gazetteer import load_gazetteer
from contracts.ids import record_pseudonym
from contracts.records import Record
from contracts.sources import ASSISTANCE, CONTRACTS
from contracts.sources.contract import Context, DeliveredRow, RecordContract, RowFault
from contracts.submissions import (
    AgencySubmission,
    AssistanceSubmission,
    CorrectionSubmission,
    DecisionSubmission,
    ProgrammeSubmission,
    RecordSubmission,
    ReferralSubmission,
    RulesSubmission,
    Submission,
    VoidSubmission,
    WithdrawalSubmission,
    decode_submission,
    reported_at_of,
    require_one_household,
    to_action_row,
    to_agency,
    to_programme,
    to_rows,
    to_void,
    to_withdrawal,
)
from contracts.submissions_decisions import to_decision, to_rules
from contracts.submissions_links import (
    LinkDecisionSubmission,
    LinkRevocationSubmission,
    to_link_decision,
    to_link_revocation,
)
from contracts.submissions_referrals import to_referral, to_step
from contracts.times import bangkok_date
from hub.intake.decisions import COMMITTEE, STEWARDS, decision_item, rules_item
from hub.intake.intake import Intake
from hub.intake.items import Delivery, Item, action_item, plain_item, record_item, void_item, withdrawal_item
from hub.intake.links import link_decision_item, link_revocation_item
from hub.intake.receipts import Receipt, rejected
from hub.intake.referrals import referral_item, step_item
from hub.log import BATCH_LIMIT

NEEDED: dict[type, str] = {
    RulesSubmission: "rules",
    DecisionSubmission: "decide",
    LinkDecisionSubmission: "decide",
    LinkRevocationSubmission: "decide",
}


class Publisher:
    """Who sends, as the key or the command line says: `agency` None may send for all, `rights` None has all of them."""

    def __init__(
        self,
        *,
        province: str,
        actor: str | None = None,
        agency: str | None = None,
        purpose: str | None = None,
        rights: Collection[str] | None = None,
    ) -> None:
        self.province = province
        self.actor = actor
        self.agency = agency
        self.purpose = purpose
        self.rights = rights

    def may_send(self, submission: Submission) -> bool:
        """Rules and decisions need a right of their own; everything else only that of its agency."""
        needed = NEEDED.get(type(submission))
        return needed is None or self.rights is None or needed in self.rights


def sender_of(submission: Submission) -> str:
    """The agency or source that a submission speaks for."""
    if isinstance(submission, RecordSubmission | WithdrawalSubmission):
        return submission.source
    if isinstance(submission, AssistanceSubmission | CorrectionSubmission):
        return submission.reporter_id or submission.agency_id
    if isinstance(submission, ReferralSubmission):
        return submission.sender
    if isinstance(submission, RulesSubmission):
        return COMMITTEE
    if isinstance(submission, DecisionSubmission | LinkDecisionSubmission | LinkRevocationSubmission):
        return STEWARDS
    return submission.agency_id


async def publish(
    intake: Intake, lines: Sequence[bytes], publisher: Publisher, *, now: dt.datetime, first_row: int = 1
) -> list[Receipt]:
    """One receipt per line, in order; what cannot be read is rejected, the others are taken in. Raises Unavailable."""
    answers: list[Receipt | None] = [None] * len(lines)
    items: list[Item] = []
    places: list[int] = []
    for place, line in enumerate(lines):
        try:
            items.append(_item(intake, decode_submission(line), publisher, now, first_row + place))
            places.append(place)
        except RowFault as error:
            answers[place] = rejected(error.errors, first_row + place)
    for start in range(0, len(items), BATCH_LIMIT):
        taken = await intake.submit(items[start : start + BATCH_LIMIT])
        for place, receipt in zip(places[start : start + BATCH_LIMIT], taken, strict=True):
            answers[place] = receipt
    return [answer for answer in answers if answer is not None]


def _item(intake: Intake, submission: Submission, publisher: Publisher, now: dt.datetime, row: int) -> Item:
    sender = sender_of(submission)
    if not publisher.may_send(submission) or publisher.agency not in {None, sender}:
        raise RowFault(_not_yours(sender))
    today = bangkok_date(now)
    key = intake.pseudonym_key
    delivery = Delivery(
        province=publisher.province,
        received_at=now,
        reported_at=reported_at_of(submission, today) or now,
        actor=publisher.actor,
        correlation_id=getattr(submission, "id", None),
        purpose=publisher.purpose,
        contract=_contract_name(submission),
    )
    context = Context(
        gazetteer=load_gazetteer(), today=today, period=getattr(submission, "period", None), pseudonym_key=key
    )
    match submission:
        case RecordSubmission():
            rows = to_rows(submission)
            record = _one_record(CONTRACTS[submission.source], rows, context)
            return record_item(record, delivery, key, row=row)
        case WithdrawalSubmission():
            gone = to_withdrawal(submission)
            record = bytes.fromhex(record_pseudonym(key, gone.source, gone.record_key))
            return withdrawal_item(gone.source, record, gone.period, delivery, cause="withdrawn")
        case AssistanceSubmission() | CorrectionSubmission():
            action = ASSISTANCE.build(to_action_row(submission), context)
            reason = submission.reason if isinstance(submission, CorrectionSubmission) else None
            return action_item(action, delivery, key, row=row, reason=reason)
        case VoidSubmission():
            void = to_void(submission)
            return void_item(void.agency_id, void.action_id, void.reason, delivery, key)
        case RulesSubmission():
            return rules_item(to_rules(submission), delivery)
        case DecisionSubmission():
            return decision_item(to_decision(submission, today), delivery, key, row=row)
        case LinkDecisionSubmission():
            return link_decision_item(to_link_decision(submission, today), delivery, key, row=row)
        case LinkRevocationSubmission():
            return link_revocation_item(to_link_revocation(submission), delivery, row=row)
        case ReferralSubmission():
            return referral_item(to_referral(submission, context), delivery, key, row=row)
        case AgencySubmission() | ProgrammeSubmission():
            return _catalogue_item(submission, delivery)
        case _:
            return step_item(to_step(submission, today), delivery, key, row=row)


def _catalogue_item(submission: AgencySubmission | ProgrammeSubmission, delivery: Delivery) -> Item:
    if isinstance(submission, AgencySubmission):
        agency = to_agency(submission)
        who, what = agency.agency_id, "agency"
        return plain_item(
            AgencyRegistered, agency, delivery, family="partners", who=who, what=what, agency=who
        )
    programme = to_programme(submission)
    who, what = programme.agency_id, programme.programme_id
    return plain_item(
        ProgrammeRegistered, programme, delivery, family="programmes", who=who, what=what, agency=who
    )


def _one_record(contract: RecordContract, rows: Sequence[DeliveredRow], context: Context) -> Record:
    require_one_household({contract.identity(row.cells) for row in rows})
    return contract.build(rows, context)


def _contract_name(submission: Submission) -> str | None:
    if isinstance(submission, RecordSubmission):
        return CONTRACTS[submission.source].name
    if isinstance(submission, AssistanceSubmission | CorrectionSubmission):
        return ASSISTANCE.name
    return None


def _not_yours(sender: str) -> FieldError:
    return fault("NOT_YOURS", "$.agency_id", expected=sender)
