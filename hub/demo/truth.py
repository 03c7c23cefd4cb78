"""The truth beside the files: which row is which household and person, and what is wrong with whom."""

from collections.abc import Mapping
from pathlib import Path

from hub.demo.deliveries import SOURCES, Delivery
from hub.demo.files import CsvFile
from hub.demo.help import Action, Story
from hub.demo.households import Household
from hub.demo.needs import DIMENSIONS
from hub.demo.people import NEVER
from hub.demo.statements import Told

_RECORDS = ("source", "file", "row", "record_key", "period", "household_id", "state", "labels")
_MEMBERS = ("source", "file", "row", "ordinal", "person_id", "household_id", "labels")
_HOUSEHOLDS = (
    "household_id",
    "tambon",
    "longitude",
    "latitude",
    "house_code",
    "sources",
    *(f"need_{need}" for need in DIMENSIONS),
    *(f"{source}_{need}" for source in SOURCES for need in DIMENSIONS),
    "needs_met_from",
    "persons",
    "founded",
    "moved",
    "moved_to",
    "parts",
    "split_from",
    "shares_house_with",
    "flags",
)
_ACTIONS = (
    "agency",
    "action_id",
    "reporter",
    "file",
    "row",
    "happened_on",
    "programme_id",
    "kind",
    "need",
    "household_id",
    "person_id",
    "cause",
    "until",
    "amount_baht",
)
_FINDINGS = ("household_id", "finding", "dimension", "evidence")
_WORDS = {True: "true", False: "false", None: "unknown"}


class Truth:
    """Writes the five truth files. Rows count from 1, the heading not counted; ordinals count members from 1."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._records = CsvFile(folder / "records.csv", _RECORDS, "utf-8")
        self._members = CsvFile(folder / "members.csv", _MEMBERS, "utf-8")
        self._households = CsvFile(folder / "households.csv", _HOUSEHOLDS, "utf-8")
        self._actions = CsvFile(folder / "actions.csv", _ACTIONS, "utf-8")
        self._findings = CsvFile(folder / "findings.csv", _FINDINGS, "utf-8")

    def record(self, delivery: Delivery, row: int, told: Told, household: Household, state: str) -> None:
        """One delivered record, its first row and its members; `state` says what an intake should find it to be."""
        source, file = delivery.source, delivery.file
        labels = ";".join(told.labels)
        self._records.add([source, file, row, told.key, delivery.period, household.id, state, labels])
        row_each = len(told.rows) == len(told.members) and len(told.rows) > 1
        for place, (person, defects) in enumerate(told.members):
            at = row + place if row_each else row
            self._members.add([source, file, at, place + 1, person.id, household.id, ";".join(defects)])

    def household(self, household: Household, said: Mapping[str, Mapping[str, bool | None]]) -> None:
        """One true household, its true needs and each source's latest word on them."""
        place = household.house.place
        needs = household.needs
        met = ";".join(f"{need}={year}" for need, year in needs.met_from.items())
        self._households.add(
            [
                household.id,
                place.tambon,
                f"{place.longitude:.7f}",
                f"{place.latitude:.7f}",
                household.house.code,
                ";".join(household.sources),
                *(_WORDS[need in needs.lacking and need not in needs.met_from] for need in DIMENSIONS),
                *(
                    _WORDS[said[source][need]] if source in said else ""
                    for source in SOURCES
                    for need in DIMENSIONS
                ),
                met,
                len(household.members),
                household.founded or "",
                household.moves if household.moves != NEVER else "",
                household.new_house.place.tambon if household.new_house else "",
                household.parts if household.parts != NEVER else "",
                household.split_from,
                household.shares_house_with,
                ";".join(household.flags),
            ]
        )

    def action(
        self, action: Action, household_id: str, file: str, row: int, action_id: str, cause: str
    ) -> None:
        """One row of an assistance file."""
        programme = action.programme
        self._actions.add(
            [
                programme.agency.id,
                action_id,
                action.reporter.id if action.reporter else "",
                file,
                row,
                action.day.isoformat(),
                programme.id,
                programme.kind,
                programme.need,
                household_id,
                action.person.id,
                cause,
                action.until.isoformat() if action.until else "",
                "" if action.amount is None else action.amount,
            ]
        )

    def findings(self, story: Story) -> None:
        """The findings of a household, in the order in which they were caused."""
        for finding in story.findings:
            evidence = ";".join(f"{action.programme.agency.id}/{action.id}" for action in finding.evidence)
            self._findings.add([story.household.id, finding.kind, finding.dimension, evidence])

    def close(self) -> None:
        for file in (self._records, self._members, self._households, self._actions, self._findings):
            file.close()
