"""Comparing two records: which of their members are the same person, and whether they are the same household.

The plain rules of the first version. They look at two records only, are symmetric, and give the same edges whatever else is known.
A rejected link costs less than a wrong one: two valid different citizen ids are never one person, an equal citizen id with
another name and another birth year is left for people to decide.
"""

from rapidfuzz.distance import JaroWinkler

from projections.linkage.features import Edge, MemberFeatures, RecordFeatures

SAME_NAME = 0.92
SIMILAR_NAME = 0.75

CITIZEN, HOUSE_NAME, TAMBON_NAME = 1000, 900, 800
PER_MEMBER, ADDRESS = 100, 50


def _similarity(a: str, b: str) -> float:
    if a == b:
        return 1.0
    return JaroWinkler.similarity(a, b)


def _years_apart(a: MemberFeatures, b: MemberFeatures) -> int | None:
    return None if a.year is None or b.year is None else abs(a.year - b.year)


def _same_day(a: MemberFeatures, b: MemberFeatures) -> bool:
    return a.day is not None and a.month is not None and (a.year, a.month, a.day) == (b.year, b.month, b.day)


def _contradicts(a: MemberFeatures, b: MemberFeatures) -> bool:
    apart = _years_apart(a, b)
    names = [(a.first, b.first), (a.last, b.last)]
    known = [(x, y) for x, y in names if x and y]
    if not known or apart is None or apart <= 1:
        return False
    return all(_similarity(x, y) < SIMILAR_NAME for x, y in known)


def _full_name(a: MemberFeatures, b: MemberFeatures) -> bool:
    return bool(a.first and b.first and a.last and b.last)


def _same_address(a: RecordFeatures, b: RecordFeatures) -> bool:
    if a.house is not None and a.house == b.house:
        return True
    place = (a.tambon, a.moo, a.house_no)
    return None not in place and place == (b.tambon, b.moo, b.house_no)


def _person_rule(
    a: MemberFeatures, b: MemberFeatures, left: RecordFeatures, right: RecordFeatures
) -> tuple[str, int] | None:
    if a.citizen is not None and b.citizen is not None:
        return ("citizen_id", CITIZEN) if a.citizen == b.citizen and not _contradicts(a, b) else None
    if (a.sex is not None and b.sex is not None and a.sex != b.sex) or not _full_name(a, b):
        return None
    apart = _years_apart(a, b)
    same_house = left.house is not None and left.house == right.house
    if same_house and a.first == b.first and a.last == b.last and (apart is None or apart <= 1):
        return "house_code_and_name", HOUSE_NAME
    if left.tambon is None or left.tambon != right.tambon or apart != 0:
        return None
    if not (_same_day(a, b) or _same_address(left, right)):
        return None
    similar = _similarity(a.first, b.first) >= SAME_NAME and _similarity(a.last, b.last) >= SAME_NAME
    return ("name_and_birth_in_tambon", TAMBON_NAME) if similar else None


def _person_edges(
    left: RecordFeatures, right: RecordFeatures
) -> list[tuple[MemberFeatures, MemberFeatures, Edge]]:
    edges: list[tuple[MemberFeatures, MemberFeatures, Edge]] = []
    for a in left.members:
        for b in right.members:
            rule = _person_rule(a, b, left, right)
            if rule is not None:
                name, score = rule
                low, high = sorted((a.member, b.member))
                edges.append((a, b, Edge(level="person", a=low, b=high, rule=name, score=score)))
    return edges


def _household_rule(
    left: RecordFeatures, right: RecordFeatures, pairs: list[tuple[MemberFeatures, MemberFeatures, Edge]]
) -> tuple[str, int] | None:
    current = [(a, b) for a, b, _ in pairs if a.current and b.current]
    shared = min(len({a.member for a, _ in current}), len({b.member for _, b in current}))
    if shared == 0:
        return None
    address = _same_address(left, right)
    score = PER_MEMBER * shared + (ADDRESS if address else 0)
    if shared >= 2:
        return "members_shared", score
    if address:
        return "member_and_address", score
    sizes = [sum(member.current for member in record.members) for record in (left, right)]
    if min(sizes) == 1 and left.tambon is not None and left.tambon == right.tambon:
        return "only_member_in_tambon", score
    return None


def compare(one: RecordFeatures, other: RecordFeatures) -> tuple[Edge, ...]:
    """The edges between two records; the same for (a, b) and (b, a)."""
    left, right = (one, other) if one.record < other.record else (other, one)
    pairs = _person_edges(left, right)
    if not pairs:
        return ()
    edges = [edge for _, _, edge in pairs]
    rule = _household_rule(left, right, pairs)
    if rule is not None:
        name, score = rule
        edges.append(Edge(level="household", a=left.record, b=right.record, rule=name, score=score))
    return tuple(edges)
