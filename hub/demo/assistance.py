"""The assistance files: one per agency and fiscal year or half year (layout: docs/sources.md)."""

import datetime as dt
import random
from dataclasses import dataclass, field
from pathlib import Path

from hub.demo import dates, rates
from hub.demo.agencies import Agency
from hub.demo.files import CsvFile
from hub.demo.help import Action, Story
from hub.demo.recipients import Recipient, name_recipient
from hub.demo.statements import Cell
from hub.demo.truth import Truth

COLUMNS = (
    "action_id",
    "agency_id",
    "reporter_id",
    "citizen_id",
    "house_code",
    "source",
    "source_record_id",
    "household_id",
    "recipient_name",
    "programme_id",
    "kind",
    "need",
    "amount_baht",
    "quantity",
    "unit",
    "happened_on",
    "until",
    "description",
)
_AT = {name: place for place, name in enumerate(COLUMNS)}
_FUTURE = "2056-03-15"


@dataclass(frozen=True, slots=True)
class Period:
    """What one file of an agency covers, and when it was handed over."""

    file: str
    agency: Agency
    reported_at: dt.date


@dataclass(slots=True)
class AssistanceFiles:
    """The agencies' files, open for writing; `actions` counts rows an intake must accept."""

    folder: Path
    truth: Truth
    actions: int = 0
    broken: int = 0
    periods: dict[str, Period] = field(default_factory=dict[str, Period])
    _files: dict[str, CsvFile] = field(default_factory=dict[str, CsvFile])
    _serials: dict[str, int] = field(default_factory=dict[str, int])

    def write(self, r: random.Random, story: Story, references: list[tuple[str, str]]) -> None:
        """Write all help of a household, each action into the file of the agency that reports it."""
        household = story.household
        for action in sorted(story.actions, key=_by_day):
            year = dates.fiscal_year(action.day)
            recipient = name_recipient(r, action, household, year, references)
            self.write_action(r, action, household.id, recipient)
        self.truth.findings(story)

    def write_action(self, r: random.Random, action: Action, household_id: str, recipient: Recipient) -> None:
        """Write one action; very rarely a broken row follows it, which an intake must reject."""
        agency = action.reporter or action.programme.agency
        period = _period_of(agency, action.day)
        if r.random() < rates.ACTION_REPORTED_LATE:
            period = _following(agency, period) or period
        action.id = self._next_id(agency, action.day)
        row = _row(r, action, agency, recipient)
        self._add(period, row, action, household_id, action.cause)
        self.actions += 1
        if r.random() < rates.ACTION_BROKEN:
            self._add_broken(r, period, row, action, household_id)

    def close(self) -> dict[str, int]:
        """Close all files; returns the rows of each."""
        for file in self._files.values():
            file.close()
        return {name: self._files[name].rows for name in sorted(self._files)}

    def _add(self, period: Period, row: list[Cell], action: Action, household_id: str, cause: str) -> None:
        file = self._files.get(period.file)
        if file is None:
            file = self._files[period.file] = CsvFile(self.folder / period.file, COLUMNS, "utf-8-sig")
            self.periods[period.file] = period
        file.add(row)
        self.truth.action(action, household_id, period.file, file.rows, str(row[_AT["action_id"]]), cause)

    def _add_broken(
        self, r: random.Random, period: Period, row: list[Cell], action: Action, household_id: str
    ) -> None:
        spoilt = list(row)
        spoilt[_AT["action_id"]] = self._next_id(period.agency, action.day)
        if r.random() < 0.5:
            cause = "broken_future_date"
            spoilt[_AT["happened_on"]], spoilt[_AT["until"]] = _FUTURE, ""
        else:
            cause = "broken_no_recipient"
            for name in ("citizen_id", "house_code", "source", "source_record_id", "recipient_name"):
                spoilt[_AT[name]] = ""
        self._add(period, spoilt, action, household_id, cause)
        self.broken += 1

    def _next_id(self, agency: Agency, day: dt.date) -> str:
        serial = self._serials[agency.id] = self._serials.get(agency.id, 0) + 1
        return f"{agency.id.upper()}-{dates.fiscal_year(day) % 100}-{serial:06d}"


def _by_day(action: Action) -> dt.date:
    return action.day


def _period_of(agency: Agency, day: dt.date) -> Period:
    year = dates.fiscal_year(day)
    if not agency.half_yearly:
        return Period(f"assistance-{agency.id}-{year}.csv", agency, dt.date(year - 543, 10, 15))
    if day.month >= 10 or day.month <= 3:
        return Period(f"assistance-{agency.id}-{year}-h1.csv", agency, dt.date(year - 543, 4, 20))
    return Period(f"assistance-{agency.id}-{year}-h2.csv", agency, dt.date(year - 543, 10, 20))


def _following(agency: Agency, period: Period) -> Period | None:
    """The agency's next file, if it still hands one over."""
    later = period.reported_at + dt.timedelta(days=90)
    return _period_of(agency, later) if later <= agency.last_day else None


def _row(r: random.Random, action: Action, reporter: Agency, recipient: Recipient) -> list[Cell]:
    programme = action.programme
    quantity, unit = programme.goods
    need = programme.need
    if reporter.kind == "temple" and action.cause == "complement" and r.random() < 0.5:
        need = "unknown"
    return [
        action.id,
        programme.agency.id,
        action.reporter.id if action.reporter else "",
        recipient.citizen_id,
        recipient.house_code,
        recipient.source,
        recipient.source_record_id,
        "",
        recipient.name,
        programme.id if reporter is programme.agency or r.random() < 0.6 else "",
        programme.kind,
        need,
        _money(r, action.amount),
        quantity,
        unit,
        _day(reporter, action.day),
        _day(reporter, action.until) if action.until else "",
        programme.name_th if r.random() < 0.5 else "",
    ]


def _money(r: random.Random, amount: int | None) -> str:
    if amount is None:
        return ""
    roll = r.random()
    return f"{amount:,}.00" if roll < 0.08 else str(amount) if roll < 0.3 else f"{amount}.00"


def _day(agency: Agency, day: dt.date) -> str:
    return dates.thai_numeric(day) if agency.thai_dates else day.isoformat()
