"""What is to be looked at in the help of one household. Pure: its needs over time and its help in, findings out.

A finding informs, it never blocks. Classes after docs/users.md 3.2: D0 is one help reported twice and is left out of everything else; D1 and
D2 are help given twice; `unserved` is a need without help, `mistargeted` help without need while a needed one is unmet.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from contracts.records import NEEDS
from contracts.rules import Rules
from projections.findings.doubles import find_doubles, find_repeats
from projections.findings.rulebook import Terms, later, serves_days
from projections.findings.words import Finding, Given, NeedsOver

NEED_AT = {need: position for position, need in enumerate(NEEDS)}
Window = tuple[dt.datetime, dt.datetime | None, int]
"""From, until and by which action a need is served."""


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """All findings of a household, and which of its actions report another one again."""

    findings: frozenset[Finding]
    repeats: Mapping[int, int]


NOTHING = Judgement(frozenset(), {})


def judge(
    given: Sequence[Given], needs: Sequence[NeedsOver], rules: Rules, terms: Mapping[str, Terms]
) -> Judgement:
    """The findings of a household with this help and these needs, oldest first without overlaps. Equal input gives equal output."""
    if not given:
        return Judgement(frozenset(_find_unserved(needs, {}, rules.version)), {})
    ordered = sorted(given, key=lambda help_: (help_.start, help_.action))
    repeats = find_repeats(ordered, rules) if len(ordered) > 1 else {}
    counted = [help_ for help_ in ordered if help_.action not in repeats] if repeats else ordered
    served = _serve(counted, rules, terms)
    found = _find_unserved(needs, served, rules.version)
    found += _find_mistargeted(counted, needs, served, rules.version)
    if len(counted) > 1:
        found += find_doubles(counted, rules, terms)
    if repeats:
        found += _report_repeats(ordered, repeats, rules.version)
    return Judgement(frozenset(found), repeats)


def _report_repeats(ordered: Sequence[Given], repeats: Mapping[int, int], version: str) -> list[Finding]:
    return [
        Finding(
            "D0",
            help_.need,
            help_.action,
            repeats[help_.action],
            "reported_twice",
            help_.satang,
            version,
            help_.start,
            None,
        )
        for help_ in ordered
        if help_.action in repeats
    ]


def _serve(counted: Sequence[Given], rules: Rules, terms: Mapping[str, Terms]) -> dict[str, list[Window]]:
    """When each need is served, by start."""
    served: dict[str, list[Window]] = {}
    for help_ in counted:
        if help_.need != "unknown":
            known = terms.get(help_.programme) if help_.programme is not None else None
            end = later(help_.until or help_.start, serves_days(rules, known))
            served.setdefault(help_.need, []).append((help_.start, end, help_.action))
    return served


def _find_unserved(
    needs: Sequence[NeedsOver], served: Mapping[str, Sequence[Window]], version: str
) -> list[Finding]:
    found: list[Finding] = []
    for need, start, end in _stretches_in_need(needs):
        windows = served.get(need)
        if windows is None:
            found.append(Finding("unserved", need, 0, None, "never", None, version, start, end))
        else:
            found += _outside(windows, need, start, end, version)
    return found


def _stretches_in_need(
    needs: Sequence[NeedsOver],
) -> list[tuple[str, dt.datetime, dt.datetime | None]]:
    """Where each need stands without a break: need, from, until."""
    found: list[tuple[str, dt.datetime, dt.datetime | None]] = []
    begun: dict[int, dt.datetime] = {}
    end: dt.datetime | None = None
    for over in needs:
        if begun and over.start != end:
            found += [(NEEDS[position], start, end) for position, start in begun.items()]
            begun = {}
        for position, need in enumerate(over.needs):
            if need:
                if position not in begun:
                    begun[position] = over.start
            elif position in begun:
                found.append((NEEDS[position], begun.pop(position), over.start))
        end = over.end
    found += [(NEEDS[position], start, end) for position, start in begun.items()]
    return found


def _outside(
    windows: Sequence[Window], need: str, start: dt.datetime, end: dt.datetime | None, version: str
) -> list[Finding]:
    """The parts of a stretch in need that no help serves; `other` is the last help before such a part."""
    found: list[Finding] = []
    at, last = start, None
    for opens, closes, action in windows:
        if end is not None and opens >= end:
            break
        if opens > at:
            found.append(_unserved(need, last, version, at, opens))
        if closes is None:
            return found
        if closes > at:
            at = closes
        last = action
    if end is None or at < end:
        found.append(_unserved(need, last, version, at, end))
    return found


def _unserved(
    need: str, last: int | None, version: str, start: dt.datetime, end: dt.datetime | None
) -> Finding:
    reason = "never" if last is None else "lapsed"
    return Finding("unserved", need, 0, last, reason, None, version, start, end)


def _find_mistargeted(
    counted: Sequence[Given],
    needs: Sequence[NeedsOver],
    served: Mapping[str, Sequence[Window]],
    version: str,
) -> list[Finding]:
    found: list[Finding] = []
    for help_ in counted:
        position = NEED_AT.get(help_.need)
        if position is None:
            continue
        known = _needs_at(needs, help_.start)
        if known is None or known[position] is not False:
            continue
        if any(
            need and not _is_served(served.get(NEEDS[other], ()), help_.start)
            for other, need in enumerate(known)
        ):
            row = Finding(
                "mistargeted",
                help_.need,
                help_.action,
                None,
                "no_need",
                help_.satang,
                version,
                help_.start,
                None,
            )
            found.append(row)
    return found


def _needs_at(needs: Sequence[NeedsOver], instant: dt.datetime) -> tuple[bool | None, ...] | None:
    for over in needs:
        if over.start <= instant and (over.end is None or instant < over.end):
            return over.needs
    return None


def _is_served(windows: Sequence[Window], instant: dt.datetime) -> bool:
    return any(opens <= instant and (closes is None or instant < closes) for opens, closes, _ in windows)
