"""GET /v1/links/{a}/{b}: why two records, or two members, belong together or not."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from contracts import ids
from contracts.errors import InvalidInput
from contracts.events_links import LinkLevel
from contracts.records import Words
from hub.api import examples, examples_links, link_words
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import UNSET
from hub.api.answers_links import LinkDecisionShown, LinkEdge, LinkExplained, MemberPair, Reason, Weighing
from hub.api.asking import AnyRequest
from hub.api.basis import Question
from hub.api.link_evidence import address_of, best_pairs, to_weighing, weigh
from hub.api.link_items import LinkItem, fetch_items, may_see, no_item, read_item_id
from hub.api.link_records import KnownMember, KnownRecord, fetch_records, to_record
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller
from projections.linkage.default import default_weigher, weigher_of
from projections.linkage.features import CROWD
from projections.linkage.model import LinkModel
from projections.linkage.weighing import Weigher

_words: msgspec.json.Decoder[Words] = msgspec.json.Decoder(Words)


@get(
    "/links/{a:str}/{b:str}",
    summary="Why two records or members belong together, or not",
    responses=examples.of(LinkExplained, examples_links.EXPLAINED),
    tags=["links"],
)
async def explain_link(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    a: FromPath[str],
    b: FromPath[str],
) -> Response[LinkExplained]:
    """The evidence per field with its weight in bits, the decisions of people, and what holds at s, for any two records or any two members.

    Records are named by the household id, members by the person id that they found or would found alone. Raw values need the right `personal`.
    """
    caller.require("households")
    async with hub.read(question) as reading:
        level, left, right = await resolve_pair(reading, caller, a, b)
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None and not caller.areas:
            return unchanged
        answer = await explain(reading, level, left, right, personal=caller.may_see_personal)
    await write_reading(hub, request, caller, what=f"/v1/links/{left.id}/{right.id}", count=2)
    return to_answer(request, reading.basis, caller, answer)


async def resolve_pair(
    reading: Reading, caller: Caller, a: str, b: str
) -> tuple[LinkLevel, LinkItem, LinkItem]:
    """Two records or two members. Raises NotFound, InvalidInput for one and the same or one of each."""
    one, other = read_item_id(a, "a"), read_item_id(b, "b")
    records = await fetch_items(reading, "household", {one, other})
    members = await fetch_items(reading, "person", {one, other})
    for path, id_ in (("a", one), ("b", other)):
        found = records.get(id_) or members.get(id_)
        if found is None or not may_see(found, caller):
            raise no_item(path)
    if one == other or (one in records) != (other in records):
        raise InvalidInput(
            "Name two different records, or two different members.",
            message_th="ต้องระบุสองระเบียน หรือสมาชิกสองคน ที่ไม่ใช่รายการเดียวกัน",
            code="NO_PAIR",
            path="b",
        )
    if one in records:
        return "household", records[one], records[other]
    return "person", members[one], members[other]


async def explain(
    reading: Reading, level: LinkLevel, left: LinkItem, right: LinkItem, *, personal: bool
) -> LinkExplained:
    """The whole answer for a resolved pair. Raises NotFound for a record of which nothing stands at s."""
    weigher = await fetch_weigher(reading)
    known = await fetch_records(reading, {left.record, right.record})
    for path, item in (("a", left), ("b", right)):
        if item.record not in known:
            raise no_item(path)
    here, there = known[left.record], known[right.record]
    edges = [
        edge
        for edge in await fetch_edges(reading, known, weigher.model)
        if {edge.a, edge.b} == {left.id, right.id}
    ]
    decisions = await fetch_decisions(reading, [left.pseudonym, right.pseudonym], personal=personal)
    about = [
        one for one in decisions if {left.id, right.id} <= {id_ for group in one.groups for id_ in group}
    ]
    shared, crowded = await count_keys(reading, left.record, right.record)
    keys = [link_words.CROWDED] if shared and shared == crowded else [] if shared else [link_words.NO_KEY]
    weighing = pairs = address = UNSET
    if level == "person":
        a, b = member_of(here, left), member_of(there, right)
        judged = weigh(weigher, here, a, there, b)
        weighing = to_weighing(weigher, judged, (here, a), (there, b), personal=personal)
        together = a.person == b.person
        reasons = person_reasons(weighing, together=together, about=about)
    else:
        pairs = best_pairs(weigher, here, there, personal=personal)
        address = address_of(weigher, here, there, personal=personal)
        together = here.household == there.household
        reasons = household_reasons(pairs, edges, together=together, about=about)
    basis = reading.basis
    return LinkExplained(
        level=level,
        together=together,
        a=to_record(here, personal=personal),
        b=to_record(there, personal=personal),
        reasons=[*reasons, *([] if together or edges else keys)],
        edges=edges,
        decisions=about,
        shared_keys=shared,
        weighing=weighing,
        pairs=pairs,
        address=address,
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


def member_of(record: KnownRecord, item: LinkItem) -> KnownMember:
    """The member of a record. Raises NotFound for one that no statement at s lists."""
    found = next((one for one in record.members if one.number == item.number), None)
    if found is None:
        raise no_item("a")
    return found


def standing(about: Sequence[LinkDecisionShown]) -> LinkDecisionShown | None:
    """The newest decision that was not revoked: it holds."""
    return next((one for one in reversed(about) if one.revoked is None), None)


def person_reasons(weighing: Weighing, *, together: bool, about: Sequence[LinkDecisionShown]) -> list[Reason]:
    """Why two members are one person, or not."""
    reasons = [link_words.TOGETHER if together else link_words.APART]
    holds = standing(about)
    if holds is not None:
        reasons.append(link_words.decided(holds.verdict, holds.sequence))
    if weighing.vetoed:
        reasons.append(link_words.VETOED)
    elif weighing.contradicts:
        reasons.append(link_words.CONTRADICTED)
    reasons.append(link_words.by_score(weighing.bits, weighing.link_bits, weighing.review_bits))
    if holds is None and together and weighing.band != "link":
        reasons.append(link_words.THROUGH_OTHERS)
    if holds is None and not together and weighing.band == "link":
        reasons.append(link_words.OTHERS_FORBID)
    return reasons


def household_reasons(
    pairs: Sequence[MemberPair],
    edges: Sequence[LinkEdge],
    *,
    together: bool,
    about: Sequence[LinkDecisionShown],
) -> list[Reason]:
    """Why two records are one household, or not."""
    reasons = [link_words.TOGETHER if together else link_words.APART]
    holds = standing(about)
    if holds is not None:
        reasons.append(link_words.decided(holds.verdict, holds.sequence))
    reasons.append(link_words.shared_members(len(pairs)) if pairs else link_words.NOBODY_SHARED)
    reasons += [link_words.by_rule(edge.rule) for edge in edges]
    if holds is None and together and not edges:
        reasons.append(link_words.THROUGH_OTHERS)
    if holds is None and not together and any(edge.band == "link" for edge in edges):
        reasons.append(link_words.OTHERS_FORBID)
    return reasons


async def fetch_weigher(reading: Reading) -> Weigher:
    """The model in force at s, ready; the shipped one while nobody activated another."""
    await reading.cursor.execute(SQL["fetch_link_model_document"], reading.basis.values)
    row = await reading.cursor.fetchone()
    return default_weigher() if row is None else weigher_of(row[0])


async def count_keys(reading: Reading, a: int, b: int) -> tuple[int, int]:
    """Under how many keys two records meet now, and under how many of them with too many others."""
    await reading.cursor.execute(SQL["count_shared_keys"], {"a": a, "b": b, "crowd": CROWD})
    shared, crowded = await reading.cursor.fetchone() or (0, 0)
    return shared, crowded


async def fetch_edges(reading: Reading, known: dict[int, KnownRecord], model: LinkModel) -> list[LinkEdge]:
    """The edges at s between these records or their members."""
    rows = await fetch_edge_rows(reading, list(known))
    return [to_edge(row, known, model) for row in rows if row[6] in known and row[7] in known]


async def fetch_edge_rows(reading: Reading, records: Sequence[int]) -> list[Sequence[Any]]:
    """The rows of `list_link_edges`: level, a, b, rule, score, since, and the records of both ends."""
    await reading.cursor.execute(SQL["list_link_edges"], reading.basis.values | {"records": list(records)})
    return list(await reading.cursor.fetchall())


def to_edge(row: Sequence[Any], known: dict[int, KnownRecord], model: LinkModel) -> LinkEdge:
    """A row of `list_link_edges` whose records are known."""
    level, a, b, rule, score, since, one, other = row
    if level == "person":
        a_id, b_id = (
            next(m.id for m in known[record].members if m.number == number)
            for record, number in ((one, a), (other, b))
        )
        band = "link" if score >= model.link else "undecided"
    else:
        a_id, b_id = known[a].id, known[b].id
        band = "undecided" if level == "undecided" else "link"
    return LinkEdge(level=level, a=a_id, b=b_id, rule=rule, score=score, since=since, band=band)


async def fetch_decisions(
    reading: Reading, pseudonyms: Sequence[str], *, personal: bool
) -> list[LinkDecisionShown]:
    """Every decision by s that names one of these, the oldest first."""
    await reading.cursor.execute(
        SQL["list_link_decisions"], reading.basis.values | {"about": list(pseudonyms)}
    )
    return [to_decision(row, personal=personal) for row in await reading.cursor.fetchall()]


def to_decision(row: Sequence[Any], *, personal: bool) -> LinkDecisionShown:
    """A row of `list_link_decisions`; its words only where they may be seen."""
    sequence, level, verdict, about, sizes, actor, happened_at, recorded_at, seen, model, text, revoked = row
    name = ids.person_id if level == "person" else ids.household_id
    items = iter(about)
    shown = LinkDecisionShown(
        sequence=sequence,
        level=level,
        verdict=verdict,
        groups=[[name(next(items)) for _ in range(size)] for size in sizes],
        actor=actor,
        happened_at=happened_at,
        recorded_at=recorded_at,
        seen=seen,
        model=model,
        revoked=revoked,
    )
    if not personal:
        return shown
    words = None if text is None else _words.decode(text)
    return msgspec.structs.replace(
        shown,
        text=None if words is None else words.text,
        reference=None if words is None else words.reference,
        evidence=[] if words is None else list(words.evidence),
    )
