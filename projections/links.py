"""Keeping persons and households in step with one changed record.

The unit of work is the connected set of records around it, by links of either level: edges are compared anew for the changed
record only, groups are formed anew for the whole set, and only what differs is written.
"""

from collections.abc import Iterable, Mapping

from projections.households import Stretch, build_stretches, prefer
from projections.linkage.cluster import Sets, cluster
from projections.linkage.compare import compare
from projections.linkage.features import Edge, blocking_keys, is_crowded
from projections.output import Output, array, boolean, number, span, text
from projections.state import RecordState, State
from projections.statements import Statement, in_order, read_features, segments


def relink(state: State, output: Output, changed: RecordState, sequence: int) -> set[int]:
    """Bring links and household states up to date after `changed` got a new statement; the records concerned."""
    ordered = in_order(changed.statements.values())
    changed.line = segments(ordered)
    features = read_features(changed.record, changed.source, changed.pseudonym, ordered)
    start = {changed.record}
    is_same = features == changed.features
    if not is_same:
        _forget_members(state, output, changed, {member.member for member in features.members}, sequence)
        changed.features = features
        start |= _rekey(state, output, changed)
        for record in sorted(start):
            start |= state.edges.get(record, {}).keys()
            _reconnect(state, output, state.records[record], sequence)
    concerned = _connected(state, start)
    if is_same:
        # Neither edges nor groups can have changed, only what the record says about its household and when.
        households = {state.household_of[record] for record in concerned}
        _rewrite_states(state, output, _in_order(state, concerned), households, sequence)
    else:
        _regroup(state, output, concerned, sequence)
    return concerned


def reconsider(state: State, output: Output, records: Iterable[int], sequence: int) -> set[int]:
    """Compare these records anew and group what hangs on them: what people decided about them changed. The records concerned."""
    start = set(records)
    for record in sorted(start):
        start |= state.edges.get(record, {}).keys()
        _reconnect(state, output, state.records[record], sequence)
    concerned = _connected(state, start)
    _regroup(state, output, concerned, sequence)
    return concerned


def reconsider_all(state: State, output: Output, sequence: int) -> None:
    """Compare and group everybody anew: another model is in force. Sets are those of the links before and after."""
    sets = Sets(state.records)
    for record, others in state.edges.items():
        for other in others:
            sets.join(record, other)
    for record in sorted(state.records):
        _reconnect(state, output, state.records[record], sequence)
    for record, others in state.edges.items():
        for other in others:
            sets.join(record, other)
    for group in sets.groups().values():
        if len(group) > 1:
            _regroup(state, output, set(group), sequence)


def restate(state: State, output: Output, sequence: int) -> None:
    """The household states of everybody anew: the rules changed, the links did not."""
    seen: set[int] = set()
    for record in sorted(state.records):
        if record not in seen:
            concerned = _connected(state, {record})
            seen |= concerned
            households = {state.household_of[one] for one in concerned}
            _rewrite_states(state, output, _in_order(state, concerned), households, sequence)


def _in_order(state: State, records: set[int]) -> list[RecordState]:
    return [state.records[record] for record in sorted(records)]


def _forget_members(
    state: State, output: Output, changed: RecordState, listed: set[int], sequence: int
) -> None:
    if changed.features is None:
        return
    for member in changed.features.members:
        if member.member not in listed:
            del state.person_of[member.member]
            output.close("person_member", (member.member,), sequence)


def _rekey(state: State, output: Output, changed: RecordState) -> set[int]:
    """Put the record under its keys; the others whose candidates change because a key became crowded, or no longer is."""
    assert changed.features is not None  # noqa: S101 - set by the caller
    keys = blocking_keys(changed.features)
    turned: set[int] = set()
    for key in changed.keys - keys:
        left = state.blocks.discard(key, changed.record)
        if is_crowded(left + 1) != is_crowded(left):
            turned.update(state.blocks.get(key))
        output.drop_link_key(key, changed.record)
    for key in sorted(keys - changed.keys):
        met = state.blocks.add(key, changed.record)
        if is_crowded(met) != is_crowded(met - 1):
            turned.update(state.blocks.get(key))
        output.add_link_key(key, changed.record)
    changed.keys = keys
    return turned


def _reconnect(state: State, output: Output, changed: RecordState, sequence: int) -> None:
    features = changed.features
    assert features is not None  # noqa: S101 - set by the caller
    candidates: set[int] = set()
    for key in changed.keys:
        block = state.blocks.get(key)
        if len(block) > 1 and not is_crowded(len(block)):
            candidates.update(block)
    candidates |= state.decided.partners.get(changed.record, set()) & state.records.keys()
    candidates.discard(changed.record)
    before = state.edges.get(changed.record, {})
    now: dict[int, tuple[Edge, ...]] = {}
    for other in sorted(candidates):
        other_features = state.records[other].features
        if other_features is None:
            continue
        edges = compare(state.weigher, features, other_features, state.decided)
        if edges:
            now[other] = edges
    for other in before.keys() - now.keys():
        del state.edges[other][changed.record]
    for other, edges in now.items():
        state.edges.setdefault(other, {})[changed.record] = edges
    if now or before:
        state.edges[changed.record] = now
    _write_edges(output, _all(before.values()), _all(now.values()), sequence)


def _all(groups: Iterable[tuple[Edge, ...]]) -> set[Edge]:
    return {edge for edges in groups for edge in edges}


def _write_edges(output: Output, before: set[Edge], now: set[Edge], sequence: int) -> None:
    for edge in sorted(before - now, key=_edge_key):
        output.close("link_edge", (edge.level, edge.a, edge.b), sequence)
    for edge in sorted(now - before, key=_edge_key):
        cells = (edge.level, str(edge.a), str(edge.b), edge.rule, str(edge.score))
        output.open("link_edge", (edge.level, edge.a, edge.b), sequence, *cells)


def _edge_key(edge: Edge) -> tuple[str, int, int]:
    return (edge.level, edge.a, edge.b)


def _connected(state: State, start: set[int]) -> set[int]:
    found = set(start)
    waiting = list(start)
    while waiting:
        for other in state.edges.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _regroup(state: State, output: Output, concerned: set[int], sequence: int) -> None:
    records = _in_order(state, concerned)
    features = [record.features for record in records if record.features is not None]
    edges = {edge for record in concerned for group in state.edges.get(record, {}).values() for edge in group}
    partition = cluster(state.weigher, features, list(edges), state.decided)
    households = {state.household_of[record] for record in concerned if record in state.household_of}
    for member, person in partition.persons.items():
        _move(state.person_of, output, "person_member", member, person, sequence)
    for record, household in partition.households.items():
        _move(state.household_of, output, "household_record", record, household, sequence)
    _rewrite_states(state, output, records, households | set(partition.households.values()), sequence)


def _move(where: dict[int, int], output: Output, table: str, item: int, group: int, sequence: int) -> None:
    before = where.get(item)
    if before == group:
        return
    if before is not None:
        output.close(table, (item,), sequence)
    where[item] = group
    output.open(table, (item,), sequence, str(item), str(group))


def _rewrite_states(
    state: State, output: Output, records: list[RecordState], households: set[int], sequence: int
) -> None:
    timelines = {record.record: record.line for record in records}
    stretches = build_stretches(timelines, state.household_of, state.person_of, state.rules.poor_levels)
    statements = {
        s.statement.sequence: (record.source, s.statement) for record in records for s in record.line
    }
    state.touched |= households
    for household in sorted(households):
        before = state.stretches.get(household, {})
        now = {stretch.start: stretch for stretch in stretches.get(household, [])}
        for start in sorted(before.keys() | now.keys()):
            old, new = before.get(start), now.get(start)
            if old == new:
                continue
            if old is not None:
                output.close("household_state", (household, start), sequence)
            if new is not None:
                write_state(output, household, new, statements, sequence)
        if now:
            state.stretches[household] = now
        else:
            state.stretches.pop(household, None)


def write_state(
    output: Output,
    household: int,
    stretch: Stretch,
    statements: Mapping[int, tuple[str, Statement]],
    sequence: int,
) -> None:
    """A household over a stretch, as known from `sequence` on; `statements` by sequence, each with its source."""
    facts = prefer([statements[basis] for basis in stretch.basis])
    words = [word for word in (facts.head_name, facts.house_code, facts.house_no) if word]
    output.open(
        "household_state",
        (household, stretch.start),
        sequence,
        str(household),
        span(stretch.start, stretch.end),
        text(facts.amphoe),
        text(facts.tambon),
        number(facts.moo),
        array(facts.sources),
        str(len(set(facts.sources))),
        str(stretch.persons),
        *(boolean(need) for need in facts.needs),
        number(facts.level),
        text(stretch.standing),
        array(stretch.basis),
        text(facts.head_name),
        text(facts.house_code),
        text(facts.house_no),
        text(" ".join(words).lower() or None),
        "\\N" if facts.lon is None else f"SRID=4326;POINT({facts.lon!r} {facts.lat!r})",
    )
