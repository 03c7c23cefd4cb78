"""What a batch of events changes in the tables, collected as lines for COPY and as closings of open facts.

A fact that is opened and closed inside one batch is written once, with both ends. Pure: nothing here touches the database.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

NULL = "\\N"
_encode = msgspec.json.Encoder().encode
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

COLUMNS: dict[str, str] = {
    "event": "sequence, event_id, type, source, agency, recorded_at, happened_at, reported_at, record, action, digest",
    "record": "record, source, pseudonym, household_id",
    "record_version": "sequence, record, period, happened_at, reported_at, withdrawn, amphoe, tambon, document",
    "member": "member, record, pseudonym, person_id",
    "link_key": "key, record",
    "link_edge": "level, a, b, rule, score, recorded",
    "person_member": "member, person, recorded",
    "household_record": "record, household, recorded",
    "household_state": (
        "household, valid, amphoe, tambon, moo, sources, in_sources, persons, health, living, education, income, "
        "accessibility, level, standing, basis, head_name, house_code, house_no, search, geom, recorded"
    ),
    "action": "action, agency, pseudonym",
    "action_state": (
        "action, sequence, valid, reported_at, agency, reporter, programme, kind, need, level, amount_satang, quantity, "
        "unit, corrected, subject, help, recorded"
    ),
    "action_recipient": "action, ordinal, kind, ref",
    "action_household": "action, record, member, household, repeats, recorded",
    "finding": "household, class, need, action, other, reason, satang, rules, valid, recorded",
    "finding_decision": "sequence, finding, verdict, actor, happened_at, seen, subject, words",
    "rules": "version, document, recorded",
    "referral": (
        "referral, sequence, pseudonym, step, sender, receiver, need, due_at, record, member, action, subject, words, recorded"
    ),
    "agency": "agency, name_th, name_en, kind, recorded",
    "programme": (
        "programme, agency, name_th, name_en, need, kind, period, cap_satang, cap_scope, minimum_interval_days, recorded"
    ),
    "area": "level, code, parent, name_th, name_en, edition, approximate, attribution, geom, recorded",
    "batch": "sequence, batch, source, mode, period, reported_at, rows, counts",
    "link_decision": (
        "sequence, level, verdict, about, sizes, actor, happened_at, seen, model, subject, words, recorded"
    ),
    "link_revocation": "sequence, decision, actor, happened_at, subject, words",
    "link_model": "sequence, model, norm, digest, trained_on, document",
    "link_model_in_force": "model, recorded",
}
"""The columns of every table in the order of its lines; `recorded` of a fact is last."""

Key = tuple[object, ...]


def text(value: str | None) -> str:
    """A text cell; free text is escaped."""
    if value is None:
        return NULL
    # Looking first is several times faster than translating, and hardly any text has one of them.
    if "\\" in value or "\t" in value or "\n" in value or "\r" in value:
        return value.translate(_ESCAPES)
    return value


def number(value: int | None) -> str:
    return NULL if value is None else str(value)


def boolean(value: bool | None) -> str:  # noqa: FBT001 - a cell, not a switch
    return NULL if value is None else ("t" if value else "f")


def written(value: dt.datetime) -> str:
    """An instant as RFC 3339; ten times as fast as `isoformat`."""
    return _encode(value).decode()[1:-1]


def instant(value: dt.datetime | None) -> str:
    return NULL if value is None else written(value)


def binary(hex_digits: str | None) -> str:
    """A bytea cell from hex digits."""
    return NULL if hex_digits is None else "\\\\x" + hex_digits


def array(values: Iterable[object]) -> str:
    """An array of numbers or of plain words."""
    return "{" + ",".join(map(str, values)) + "}"


def span(start: dt.datetime, end: dt.datetime | None) -> str:
    """A half-open tstzrange."""
    return f'["{written(start)}",{"" if end is None else _encode(end).decode()})'


def document(value: object) -> str:
    """A json cell."""
    return _encode(value).decode().replace("\\", "\\\\")


def recipient_line(action: int, ordinal: int, kind: str, ref: str) -> str:
    """A line of action_recipient."""
    return f"{action}\t{ordinal}\t{kind}\t{binary(ref.replace('-', ''))}\n"


def link_key_line(key: int, record: int) -> str:
    """A line of link_key."""
    return f"{key}\t{record}\n"


class _Fact:
    __slots__ = ("line", "lower", "upper")

    def __init__(self, line: str, lower: int) -> None:
        self.line = line
        self.lower = lower
        self.upper: int | None = None

    def written(self) -> str:
        """Its line; nothing for what one and the same event said and took back."""
        if self.upper is None:
            return f"{self.line}\t[{self.lower},)\n"
        return "" if self.upper == self.lower else f"{self.line}\t[{self.lower},{self.upper})\n"


class Erased(NamedTuple):
    """What of a record is erased: the house section, and these members."""

    house: bool
    members: frozenset[int]


class Output:
    """The changes of one batch. `lines` and `closings` are what the writer needs; `statements` run last, in order."""

    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = {}
        self._facts: dict[str, list[_Fact]] = {}
        self._open: dict[tuple[str, Key], _Fact] = {}
        self.closings: dict[str, list[tuple[Key, int]]] = {}
        self.link_keys: dict[tuple[int, int], None] = {}
        self.link_keys_gone: dict[tuple[int, int], None] = {}
        self.recipients_gone: dict[int, None] = {}
        self._recipients: dict[int, list[str]] = {}
        self.erased_records: dict[int, Erased] = {}
        self.erased_subjects: list[str] = []
        self.erased_at = 0

    def row(self, table: str, *cells: str) -> None:
        """A row that never changes, or an index of the fold."""
        self._rows.setdefault(table, []).append("\t".join(cells))

    def open(self, table: str, key: Key, sequence: int, *cells: str) -> None:
        """A fact that the hub knows from `sequence` on."""
        fact = _Fact("\t".join(cells), sequence)
        self._facts.setdefault(table, []).append(fact)
        self._open[(table, key)] = fact

    def close(self, table: str, key: Key, sequence: int) -> None:
        """The open fact with this key is no longer known as such from `sequence` on."""
        fact = self._open.pop((table, key), None)
        if fact is None:
            self.closings.setdefault(table, []).append((key, sequence))
        else:
            fact.upper = sequence

    def add_link_key(self, key: int, record: int) -> None:
        self.link_keys[(key, record)] = None

    def drop_link_key(self, key: int, record: int) -> None:
        if (key, record) in self.link_keys:
            del self.link_keys[(key, record)]
        else:
            self.link_keys_gone[(key, record)] = None

    def recipient(self, action: int, ordinal: int, kind: str, ref: str) -> None:
        self._recipients.setdefault(action, []).append(recipient_line(action, ordinal, kind, ref))

    def drop_recipients(self, action: int) -> None:
        if self._recipients.pop(action, None) is None:
            self.recipients_gone[action] = None

    def lines(self) -> dict[str, str]:
        """The text to COPY into each table that the fold never reads back while it remembers everything."""
        found = {table: "\n".join(rows) + "\n" for table, rows in self._rows.items()}
        for table, facts in self._facts.items():
            found[table] = "".join([fact.written() for fact in facts])
        return found

    def index_lines(self) -> dict[str, str]:
        """The text to COPY into the indexes of the fold, after `link_keys_gone` and `recipients_gone` left them."""
        found: dict[str, str] = {}
        if self._recipients:
            found["action_recipient"] = "".join(line for rows in self._recipients.values() for line in rows)
        if self.link_keys:
            found["link_key"] = "".join(link_key_line(key, record) for key, record in self.link_keys)
        return found
