"""Reading back what the fold needs to remember for a batch, from the tables it wrote itself.

Everything a batch can touch is read: the records it names, the records they may come to be linked with, whatever is linked with any of
these, and the actions whose recipients hang on them.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import LiteralString

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.events import (
    AgencyRegistered,
    BoundariesLoaded,
    ProgrammeRegistered,
    Sequenced,
)
from contracts.events_links import LinkDecided, LinkModelActivated
from contracts.rules import Rules
from projections import queries
from projections.assistance import refs_of
from projections.findings.rulebook import Terms
from projections.findings.words import Finding
from projections.households import Stretch
from projections.linkage.default import weigher_of
from projections.linkage.features import Edge, blocking_keys, citizen_key, house_key, is_crowded
from projections.naming import Named, foresee, names
from projections.state import ActionState, DecidedLink, RecordState, Ref, ReferralState, State
from projections.statements import in_order, read_features, segments
from projections.stored import Version, to_statement, utc, utc_or_none

_SQL = queries.load(Path(__file__).parent / "sql")


async def load_concerned(connection: AsyncConnection[TupleRow], state: State, items: list[Sequenced]) -> None:
    """Fill an empty state with all that folding `items` can look at or change."""
    reader = _Reader(connection, state)
    named = names(items)
    await reader.catalogue(items)
    await reader.records(await reader.ids("warm_records_by_pseudonym", pseudonyms=_bytes(named.records)))
    await reader.records(await reader.ids("warm_records_by_member", pseudonyms=_bytes(named.subjects)))
    for record in state.records.values():
        named.keys.update(record.keys)
    foresee(state, items, named)
    decided = await reader.decided(items)
    await reader.connected(set(state.records) | decided | await reader.meeting(named.keys))
    state.constrain()
    for record in state.records.values():
        named.refs |= refs_of(record)
    await reader.actions(named)
    await reader.resolvable(named.refs)
    await reader.households(items)
    await reader.referrals(named.referrals)


async def load_all(connection: AsyncConnection[TupleRow], state: State) -> None:
    """Fill an empty state with all that is known, the originals of every statement too: rules that read them anew concern everybody."""
    reader = _Reader(connection, state, originals=True)
    await reader.whole_catalogue()
    await reader.connected(await reader.ids("warm_all_records"))
    state.constrain()
    await reader.all_actions()
    await reader.households([])
    await reader.referrals([])


def _bytes(texts: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(text.replace("-", "")) for text in texts]


class _Reader:
    def __init__(
        self, connection: AsyncConnection[TupleRow], state: State, *, originals: bool = False
    ) -> None:
        self._connection = connection
        self._state = state
        self._originals = originals

    async def _rows(self, name: str, **values: object) -> list[TupleRow]:
        query: LiteralString = _SQL[name]
        cursor = await self._connection.execute(query, values)
        return await cursor.fetchall()

    async def ids(self, name: str, **values: list[bytes] | list[int] | list[uuid.UUID]) -> set[int]:
        """The single column of a statement, or nothing when there is nothing to ask for."""
        if not all(values.values()):
            return set()
        return {row[0] for row in await self._rows(name, **values)}

    async def meeting(self, keys: Counter[int]) -> set[int]:
        """The records under these keys, each with how many events may enter or leave it.

        Of a key that stays crowded only the number of its records counts; one that may become crowded, or cease to be, makes all its records look
        for their candidates anew, so that their other keys are read too.
        """
        found: set[int] = set()
        turning: set[int] = set()
        for key, records in await self._blocks(keys):
            at_least, at_most = len(records) - keys[key], len(records) + keys[key]
            if not is_crowded(at_least):
                found.update(records)
            if is_crowded(at_least) != is_crowded(at_most):
                turning.update(records)
        if turning:
            await self.records(turning)
            others = {key for record in turning for key in self._state.records[record].keys} - keys.keys()
            for _, records in await self._blocks(others):
                if not is_crowded(len(records)):
                    found.update(records)
        return found

    async def _blocks(self, keys: Iterable[int]) -> list[tuple[int, list[int]]]:
        asked = sorted(keys)
        rows = await self._rows("warm_records_by_key", keys=asked) if asked else []
        for key, records in rows:
            self._state.blocks.update(key, records)
        return [(key, records) for key, records in rows]

    async def catalogue(self, items: list[Sequenced]) -> None:
        """Programmes and rules; which agencies and areas have entries, if the batch is about them."""
        state = self._state
        for programme, need, period, cap, scope, interval in await self._rows("warm_programmes"):
            state.programmes[programme] = Terms(need, period, cap, scope, interval)
        for (rules,) in await self._rows("warm_rules"):
            state.rules, state.rules_known = msgspec.json.decode(rules, type=Rules), True
        if any(isinstance(item.event, AgencyRegistered | BoundariesLoaded) for item in items):
            await self._entries()
        await self._link_decisions()
        await self._link_models(
            [item.event.data.model for item in items if isinstance(item.event, LinkModelActivated)]
        )

    async def _link_decisions(self) -> None:
        for decision, level, verdict, flat, sizes in await self._rows("warm_link_decisions"):
            groups: list[tuple[str, ...]] = []
            for size in sizes:
                groups.append(tuple(flat[:size]))
                flat = flat[size:]
            self._state.keep_link_decision(
                DecidedLink(decision=decision, level=level, verdict=verdict, groups=tuple(groups))
            )

    async def _link_models(self, named: list[str]) -> None:
        """The model in force, ready; the documents of the named ones, of every one where the whole is loaded."""
        for model, document in await self._rows("warm_link_model_in_force"):
            self._state.link_model, self._state.weigher = model, weigher_of(document)
        if named or self._originals:
            values = {"models": None if self._originals else named}
            self._state.link_models.update(await self._rows("warm_link_models", **values))

    async def decided(self, items: list[Sequenced]) -> set[int]:
        """The records that standing decisions about links name, and those of the batch: any of them may come to be linked anew."""
        named = {item for decided in self._state.link_decisions.values() for item in decided.items}
        for item in items:
            if isinstance(item.event, LinkDecided):
                named.update(pseudonym for group in item.event.data.groups for pseudonym in group)
        pseudonyms = _bytes(named)
        found = await self.ids("warm_records_by_pseudonym", pseudonyms=pseudonyms)
        return found | await self.ids("warm_records_by_member", pseudonyms=pseudonyms)

    async def whole_catalogue(self) -> None:
        """All entries of the catalogue, and the rules."""
        await self.catalogue([])
        await self._entries()

    async def _entries(self) -> None:
        self._state.agencies = {row[0] for row in await self._rows("warm_agencies")}
        self._state.areas = {(row[0], row[1]) for row in await self._rows("warm_areas")}

    async def all_actions(self) -> None:
        """Every action, voided ones too."""
        await self._actions({row[0] for row in await self._rows("warm_all_actions")})

    async def referrals(self, pseudonyms: Collection[str]) -> None:
        """These referrals as they stand; all of them where none are named and the whole is loaded."""
        if not pseudonyms and not self._originals:
            return
        name = "warm_all_referrals" if self._originals else "warm_referrals"
        for referral, pseudonym, sender, receiver, need, due_at, record, member in await self._rows(
            name, pseudonyms=_bytes(pseudonyms)
        ):
            self._state.referrals[pseudonym] = ReferralState(
                referral=referral,
                pseudonym=pseudonym,
                sender=sender,
                receiver=receiver,
                need=need,
                due_at=utc_or_none(due_at),
                record=record,
                member=member,
            )

    async def records(self, ids: set[int]) -> None:
        """Statements, members, persons, households and household states of records that are not loaded yet."""
        state = self._state
        new = sorted(ids - state.records.keys())
        if not new:
            return
        for record, source, pseudonym, household in await self._rows("warm_record_rows", records=new):
            known = RecordState(record=record, source=source, pseudonym=pseudonym, household_id=household)
            state.records[record] = known
            state.record_ids[pseudonym] = record
            state.founder_ids[household] = record
        await self._statements(new)
        state.member_ids.update(
            (pseudonym, member) for member, pseudonym in await self._rows("warm_members", records=new)
        )
        state.person_of.update({row[0]: row[1] for row in await self._rows("warm_persons", records=new)})
        state.household_of.update(
            {row[0]: row[1] for row in await self._rows("warm_households", records=new)}
        )

    async def _statements(self, records: list[int]) -> None:
        state = self._state
        for row in await self._rows("warm_versions", records=records):
            record, sequence, period, happened_at, reported_at, withdrawn, amphoe, tambon, document = row
            statements = state.records[record].statements
            if not withdrawn:
                version = Version(
                    source=state.records[record].source,
                    sequence=sequence,
                    period=period,
                    happened_at=happened_at,
                    amphoe=amphoe,
                    tambon=tambon,
                    document=document,
                )
                statements[period] = to_statement(version, state.rules.crosswalk, originals=self._originals)
            elif period in statements:
                end = reported_at or happened_at
                statements[period] = msgspec.structs.replace(statements[period], withdrawn_at=end)
        for record in records:
            known = state.records[record]
            ordered = in_order(known.statements.values())
            known.line = segments(ordered)
            known.features = read_features(record, known.source, known.pseudonym, ordered)
            known.keys = blocking_keys(known.features)
            for key in known.keys:
                state.blocks.add(key, record)

    async def connected(self, start: set[int]) -> None:
        """These records and everything linked with them, with edges and household states."""
        waiting = start
        found: set[int] = set()
        while waiting:
            await self.records(waiting)
            found |= waiting
            edges: dict[tuple[int, int], set[Edge]] = {}
            for here, there, level, a, b, rule, score in await self._rows(
                "warm_neighbours", records=sorted(waiting)
            ):
                edges.setdefault((here, there), set()).add(
                    Edge(level=level, a=a, b=b, rule=rule, score=score)
                )
            for (here, there), group in edges.items():
                both = tuple(group)
                self._state.edges.setdefault(here, {})[there] = both
                self._state.edges.setdefault(there, {})[here] = both
            waiting = {there for _, there in edges} - found
        households = {
            self._state.household_of[record] for record in found if record in self._state.household_of
        }
        await self._stretches(households)

    async def _stretches(self, households: set[int]) -> None:
        for household, start, end, basis, persons, *needs, standing in await self._rows(
            "warm_stretches", households=sorted(households)
        ):
            stretch = Stretch(utc(start), utc_or_none(end), tuple(basis), persons, tuple(needs), standing)
            self._state.stretches.setdefault(household, {})[stretch.start] = stretch

    async def households(self, items: list[Sequenced]) -> None:
        """All help and findings of the households of what is loaded: they are judged as a whole."""
        state = self._state
        programmes = [
            item.event.data.programme_id for item in items if isinstance(item.event, ProgrammeRegistered)
        ]
        helped = await self._rows("warm_households_by_programme", programmes=programmes) if programmes else []
        households = {row[0] for row in helped}
        households.update(state.household_of[record] for record in state.records)
        households.update(known.household for known in state.actions.values() if known.household is not None)
        if not households:
            return
        await self._stretches(households - state.stretches.keys())
        asked = sorted(households)
        actions = {row[0] for row in await self._rows("warm_actions_by_household", households=asked)}
        await self._actions(actions - state.actions.keys())
        members = {
            known.anchor[1]
            for known in state.actions.values()
            if known.anchor is not None and known.anchor[1] is not None
        }
        named = await self._rows("warm_persons_by_member", members=sorted(members))
        state.person_of.update({row[0]: row[1] for row in named})
        found: dict[int, set[Finding]] = {}
        for row in await self._rows("warm_findings", households=asked):
            household, kind, need, action, other, reason, satang, rules, start, end = row
            finding = Finding(kind, need, action, other, reason, satang, rules, utc(start), utc_or_none(end))
            found.setdefault(household, set()).add(finding)
        state.findings.update((household, frozenset(findings)) for household, findings in found.items())

    async def actions(self, named: Named) -> None:
        """The actions that the batch names or that name a loaded record."""
        ids = await self.ids("warm_actions_by_pseudonym", pseudonyms=_bytes(named.actions))
        ids |= await self.ids("warm_actions_by_ref", refs=_bytes(ref for _, ref in named.refs))
        await self._actions(ids)
        for known in self._state.actions.values():
            named.refs.update(known.refs)

    async def _actions(self, ids: set[int]) -> None:
        if not ids:
            return
        state = self._state
        refs: dict[int, list[Ref]] = {}
        for action, kind, ref in await self._rows("warm_recipients", actions=sorted(ids)):
            text = str(uuid.UUID(hex=ref)) if kind == "household" else ref
            refs.setdefault(action, []).append((kind, text))
        for row in await self._rows("warm_action_rows", actions=sorted(ids)):
            action, agency, pseudonym, start, until, reporter, kind, need, programme, satang, *place = row
            record, member, household, repeats = place
            known = ActionState(
                action=action,
                agency=agency,
                start=dt.datetime.min.replace(tzinfo=dt.UTC) if start is None else utc(start),
                until=utc_or_none(until),
                reporter=reporter or agency,
                kind=kind or "",
                need=need or "unknown",
                programme=programme,
                satang=satang,
                refs=tuple(refs.get(action, ())),
                anchor=None if record is None else (record, member),
                household=household,
                repeats=repeats,
                standing=start is not None,
            )
            state.actions[action] = known
            state.action_ids[pseudonym] = action
            for ref in known.refs:
                state.by_ref.add(ref, action)
            if household is not None:
                state.by_household.add(household, action)

    async def resolvable(self, refs: set[Ref]) -> None:
        """The records that these refs can resolve to."""
        by_kind: Mapping[str, list[str]] = {
            kind: [ref for kind_, ref in refs if kind_ == kind]
            for kind in ("citizen", "record", "household", "house")
        }
        keys = [citizen_key(ref) for ref in by_kind["citizen"]] + [house_key(ref) for ref in by_kind["house"]]
        found = await self.meeting(Counter(keys))
        found |= await self.ids("warm_records_by_pseudonym", pseudonyms=_bytes(by_kind["record"]))
        households = [uuid.UUID(ref) for ref in by_kind["household"]]
        found |= await self.ids("warm_records_by_household", households=households)
        await self.records(found)
