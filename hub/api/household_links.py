"""GET /v1/households/{id}/links: which records a household is made of, and by which edges and decisions."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub.api import examples, examples_links
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers_links import HouseholdLinks
from hub.api.asking import AnyRequest, no_household, read_household_id
from hub.api.basis import Question
from hub.api.household import Resolved, resolve_household
from hub.api.link_pair import fetch_decisions, fetch_edge_rows, fetch_weigher, to_edge
from hub.api.link_records import KnownRecord, fetch_records, to_record
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller


@get(
    "/households/{household_id:str}/links",
    summary="The links of a household: records, edges, decisions",
    responses=examples.of(HouseholdLinks, examples_links.GRAPH),
    tags=["links"],
)
async def list_household_links(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    household_id: FromPath[str],
) -> Response[HouseholdLinks]:
    """The whole graph at s, of all times of the world: who believed by s that these records are one household, and why.

    `outside` are records that an edge or a decision names together with one of it, yet that are another household. 404 outside the key's area.
    """
    caller.require("households")
    asked = read_household_id(household_id)
    async with hub.read(question) as reading:
        resolved = await resolve_household(reading, asked)
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None and not caller.areas:
            return unchanged
        answer = await fetch_graph(reading, resolved, caller)
    await write_reading(hub, request, caller, what=f"/v1/households/{resolved.household_id}/links", count=1)
    return to_answer(request, reading.basis, caller, answer)


async def fetch_graph(reading: Reading, resolved: Resolved, caller: Caller) -> HouseholdLinks:
    """The graph of a household. Raises NotFound where none of it lies inside the caller's area."""
    basis, personal = reading.basis, caller.may_see_personal
    await reading.cursor.execute(
        SQL["list_household_members"], basis.values | {"household": resolved.household}
    )
    inside = [row[0] for row in await reading.cursor.fetchall()]
    rows = await fetch_edge_rows(reading, inside)
    known = await fetch_records(reading, {*inside, *(row[6] for row in rows), *(row[7] for row in rows)})
    if caller.areas:
        known = {number: one for number, one in known.items() if one.newest.facts.amphoe in caller.areas}
    if not any(number in known for number in inside):
        raise no_household()
    weigher = await fetch_weigher(reading)
    ours = [known[number] for number in inside if number in known]
    return HouseholdLinks(
        household_id=resolved.household_id,
        model=weigher.model.model_id,
        records=[to_record(one, personal=personal) for one in ours],
        outside=[to_record(one, personal=personal) for number, one in known.items() if number not in inside],
        edges=[to_edge(row, known, weigher.model) for row in rows if row[6] in known and row[7] in known],
        decisions=await fetch_decisions(reading, pseudonyms_of(ours), personal=personal),
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


def pseudonyms_of(records: list[KnownRecord]) -> list[str]:
    """The pseudonyms of records and of their members."""
    return [one.pseudonym for one in records] + [
        member.pseudonym for one in records for member in one.members
    ]
