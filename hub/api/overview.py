"""GET /v1/overview: the province in numbers at (v, s), and each of its areas."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from contracts.gazetteer import load_gazetteer
from contracts.records import NEEDS
from contracts.rules import DEFAULT_RULES, Rules
from hub.api import examples
from hub.api.answering import not_modified, to_answer
from hub.api.answers import NeedCounts, Overview, OverviewAssistance, Page
from hub.api.answers_numbers import AreaFindings, ChosenHousehold, HelpCounts, NumbersOverview
from hub.api.asking import AnyRequest, AreaCode, Limit, PageToken, check_area
from hub.api.basis import Basis, Question
from hub.api.chosen import no_list, page_households
from hub.api.examples_numbers import CHOSEN, OVERVIEW
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub, Reading
from hub.api.six import LISTS, to_numbers
from hub.api.statements import SQL
from hub.api.suppression import Parent, suppress_areas, suppress_overview, to_parents
from hub.auth import Caller
from hub.counting.moment import Moment
from hub.counting.numbers import Counts, Help, Place, Tallied, find_sets, in_scope, tally

Level = Literal["amphoe", "tambon"]
IN_SOURCES = ("1", "2", "3", "4")
Names = Mapping[str | None, tuple[str | None, str | None]]


@get(
    "/overview",
    summary="The province in numbers",
    responses=examples.of(NumbersOverview, OVERVIEW),
    tags=["overview"],
)
async def get_overview(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    level: Annotated[Level, QueryParameter(description="The level of `areas`.")] = "amphoe",
) -> Response[Overview]:
    """Records, households, persons, needs, help and findings at (v, s), in all and per area. Without a key small counts are hidden (null)."""
    async with hub.read(question, stands=False) as reading:
        basis = reading.basis
        for_now = question.valid_at is None
        known = hub.overviews.find(key_of(basis, caller, level, for_now=for_now))
        if known is not None:
            basis = msgspec.structs.replace(basis, valid_at=known.valid_at)
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        whole = known or await find_overview(hub, reading, caller, level, for_now=for_now)
    basis = msgspec.structs.replace(basis, valid_at=whole.valid_at)
    return to_answer(request, basis, caller, msgspec.structs.replace(whole, final=basis.final))


@get(
    "/overview/{what:str}",
    summary="The households behind a number",
    responses=examples.of(Page[ChosenHousehold], CHOSEN),
    tags=["overview"],
)
async def list_overview(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    what: FromPath[str],
    area: AreaCode = None,
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[ChosenHousehold]]:
    """Exactly the households of one of the six numbers, by founder: distinct, in_more_than_one, twice, unserved, mistargeted, exited."""
    caller.require("households")
    if what not in LISTS:
        raise no_list(what, LISTS)
    check_area(area)
    asked = digest_question(f"/v1/overview/{what}", {"area": area, "who": caller.kind})
    page = None if token is None else read_token(token)
    async with hub.read(question, page, stands=False) as reading:
        if page is not None:
            check_token(page, question=asked, version=reading.basis.version)
        moment = await hub.memory.look(reading)
        chosen = in_scope(moment, caller.areas, area)
        if what != "distinct":
            chosen &= find_sets(moment)[what]
        numbers = moment.households.number[chosen].tolist()
        body = await page_households(reading, numbers, page, limit, asked)
        return to_answer(request, reading.basis, caller, body)


def key_of(basis: Basis, caller: Caller, level: Level, *, for_now: bool) -> Hashable:
    """Equal for questions with the same answer; `for_now` questions share one while it is young."""
    moment = None if for_now else basis.valid_at
    return (
        basis.version,
        basis.sequence,
        moment,
        basis.reported_by,
        caller.areas,
        level,
        caller.is_public,
    )


async def find_overview(
    hub: Hub, reading: Reading, caller: Caller, level: Level, *, for_now: bool
) -> Overview:
    """The overview as this caller may see it, remembered or computed; those who ask at once wait for one computation."""
    key = key_of(reading.basis, caller, level, for_now=for_now)
    whole = hub.overviews.find(key)
    if whole is None:
        async with hub.counting:
            whole = hub.overviews.find(key)
            if whole is None:
                whole = await compute_overview(hub, reading, caller, level)
                hub.overviews.keep(key, whole, for_now=for_now)
    return whole


async def compute_overview(hub: Hub, reading: Reading, caller: Caller, level: Level) -> NumbersOverview:
    """The overview as this caller may see it, counted anew."""
    moment = await hub.memory.look(reading)
    tallied = tally(moment)
    rules = await fetch_rules(reading)
    names = await fetch_names(reading, caller.areas, level)
    whole = to_overview(reading.basis, moment, tallied, rules, caller.areas, names, level)
    if not caller.is_public:
        return whole
    parents: dict[str | None, Parent] = {}
    if level == "tambon":
        parents = to_parents(to_areas(tallied, caller.areas, {}, "amphoe"))
    return suppress_overview(whole, suppress_areas(whole.areas, parents))


async def fetch_rules(reading: Reading) -> Rules:
    """The rules in force at s."""
    await reading.cursor.execute(SQL["fetch_rules"], reading.basis.values)
    row = await reading.cursor.fetchone()
    return DEFAULT_RULES if row is None else msgspec.json.decode(row[0], type=Rules)


async def fetch_names(
    reading: Reading, scope: Sequence[str], level: Level
) -> dict[str | None, tuple[str | None, str | None]]:
    """The areas to show with their names: of the code list and of the boundaries known at s, which win."""
    names: dict[str | None, tuple[str | None, str | None]] = {
        area.code: (area.name_th, area.name_en)
        for area in load_gazetteer().areas.values()
        if area.level == level
    }
    await reading.cursor.execute(SQL["list_areas"], reading.basis.values | {"level": level})
    names |= {code: (name_th, name_en) for code, name_th, name_en in await reading.cursor.fetchall()}
    if not scope:
        return names
    return {code: name for code, name in names.items() if code is not None and code[:4] in scope}


def to_overview(
    basis: Basis,
    moment: Moment,
    tallied: Tallied,
    rules: Rules,
    scope: Sequence[str],
    names: Names,
    level: Level,
) -> NumbersOverview:
    """The answer from what was counted; nothing is hidden."""
    total = tallied.add_up([tallied.inside(scope)])[0]
    counts = total.numbers
    elsewhere, again = (Help(0, 0), Help(0, 0)) if scope else (tallied.elsewhere, tallied.elsewhere_repeated)
    return NumbersOverview(
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
        records=dict(sorted(total.sources.items())),
        in_sources={number: total.in_sources[number] for number in (*IN_SOURCES, *more_than_four(total))},
        households=counts["households"],
        persons=counts["persons"],
        needs={need: to_need_counts(counts, need) for need in NEEDS},
        assistance=OverviewAssistance(
            actions=counts["actions"] + elsewhere.actions,
            amount_thb=(counts["satang"] + elsewhere.satang) / 100,
            households=counts["assisted_households"],
            unresolved=0 if scope else tallied.unresolved,
        ),
        areas=[*to_areas(tallied, scope, names, level)],
        suppressed=False,
        numbers=to_numbers(basis, moment, counts, rules, scope),
        reported_twice=HelpCounts(
            actions=counts["repeated_actions"] + again.actions,
            amount_thb=(counts["repeated_satang"] + again.satang) / 100,
        ),
    )


def more_than_four(total: Counts) -> list[str]:
    """Numbers of sources beyond those always shown."""
    return sorted(set(total.in_sources) - set(IN_SOURCES))


def to_need_counts(counts: Mapping[str, int], need: str) -> NeedCounts:
    """What is known of one need; whoever is neither is unknown."""
    yes, no = counts[f"{need}.need"], counts[f"{need}.no_need"]
    return NeedCounts(need=yes, no_need=no, unknown=counts["households"] - yes - no)


def to_areas(tallied: Tallied, scope: Sequence[str], names: Names, level: Level) -> list[AreaFindings]:
    """The areas that have a name or a household; households without an area stand last, under null."""
    parts: dict[str | None, list[int]] = {code: [] for code in names}
    for position in tallied.inside(scope):
        parts.setdefault(_code_of(tallied.places[position], level), []).append(position)
    codes = sorted(code for code in parts if code is not None)
    shown: list[str | None] = [*codes, None] if None in parts else [*codes]
    counts = tallied.add_up([parts[code] for code in shown])
    return [to_area(code, level, names, counts[position]) for position, code in enumerate(shown)]


def _code_of(place: Place, level: Level) -> str | None:
    return place[0 if level == "amphoe" else 1] or None


def to_area(code: str | None, level: Level, names: Names, total: Counts) -> AreaFindings:
    """The numbers of one area, zeros where there is nothing."""
    counts = total.numbers
    name_th, name_en = names.get(code, (None, None))
    return AreaFindings(
        code=code,
        level=level,
        name_th=name_th,
        name_en=name_en,
        households=counts["households"],
        persons=counts["persons"],
        records=counts["records"],
        in_more_than_one=counts["in_more_than_one"],
        needs={need: counts[f"{need}.need"] for need in NEEDS},
        assisted_households=counts["assisted_households"],
        actions=counts["actions"],
        amount_thb=counts["satang"] / 100,
        twice=counts["twice"],
        unserved=counts["unserved"],
        mistargeted=counts["mistargeted"],
        exited=counts["exited"],
    )
