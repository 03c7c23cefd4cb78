"""What keeps the tables right and quick: facts that may not overlap, and indexes. A rebuild adds them after its COPY."""

from typing import LiteralString, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.schema import CreateIndex

from projections.tables import (
    action,
    action_household,
    action_recipient,
    action_state,
    area,
    event,
    finding,
    finding_decision,
    household_record,
    household_state,
    link_decision,
    link_edge,
    link_revocation,
    member,
    person_member,
    record,
    record_version,
    referral,
)

OPEN = sa.text("upper_inf(recorded)")

INDEXES: tuple[sa.Index, ...] = (
    sa.Index("event_recorded_at", event.c.recorded_at),
    sa.Index("event_record", event.c.record, postgresql_where=sa.text("record IS NOT NULL")),
    sa.Index("event_action", event.c.action, postgresql_where=sa.text("action IS NOT NULL")),
    sa.Index("record_pseudonym", record.c.pseudonym, unique=True),
    sa.Index("record_household_id", record.c.household_id, unique=True),
    sa.Index("record_version_record", record_version.c.record),
    sa.Index("member_record", member.c.record),
    sa.Index("member_pseudonym", member.c.pseudonym, unique=True),
    sa.Index("member_person_id", member.c.person_id, unique=True),
    sa.Index("link_edge_a", link_edge.c.a),
    sa.Index("link_edge_b", link_edge.c.b),
    sa.Index("person_member_person", person_member.c.person),
    sa.Index("household_record_household", household_record.c.household),
    sa.Index("household_state_open", household_state.c.household, postgresql_where=OPEN),
    sa.Index(
        "household_state_point_open", household_state.c.g3857, postgresql_using="gist", postgresql_where=OPEN
    ),
    sa.Index(
        "household_state_point",
        household_state.c.g3857,
        household_state.c.recorded,
        household_state.c.valid,
        postgresql_using="gist",
        postgresql_where=sa.text("geom IS NOT NULL"),
    ),
    sa.Index("household_state_area", household_state.c.tambon, household_state.c.household),
    sa.Index("action_pseudonym", action.c.pseudonym, unique=True),
    sa.Index("action_state_action", action_state.c.action),
    sa.Index("action_state_agency", action_state.c.agency, action_state.c.action),
    sa.Index("action_state_subject", action_state.c.subject),
    sa.Index("action_recipient_ref", action_recipient.c.ref),
    sa.Index("action_household_record", action_household.c.record),
    sa.Index("action_household_household", action_household.c.household),
    sa.Index("finding_household", finding.c.household),
    sa.Index("finding_action", finding.c.action, postgresql_where=sa.text("action <> 0")),
    sa.Index("finding_decision_finding", finding_decision.c.finding),
    sa.Index("referral_record", referral.c.record),
    sa.Index("link_decision_about", link_decision.c.about, postgresql_using="gin"),
    sa.Index("link_revocation_decision", link_revocation.c.decision),
    sa.Index("area_geom", area.c.geom, postgresql_using="gist"),
)

NO_OVERLAP: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("household_state", ("household", "valid", "recorded")),
    ("household_record", ("record", "recorded")),
    ("person_member", ("member", "recorded")),
    ("link_edge", ("a", "b", "level", "recorded")),
    ("action_state", ("action", "recorded")),
    ("action_household", ("action", "recorded")),
    ("finding", ("household", "class", "need", "action", "valid", "recorded")),
    ("rules", ("recorded",)),
    ("referral", ("referral", "recorded")),
    ("agency", ("agency", "recorded")),
    ("programme", ("programme", "recorded")),
    ("area", ("level", "code", "recorded")),
    ("link_decision", ("sequence", "recorded")),
    ("link_model_in_force", ("recorded",)),
)
"""Facts of which no two may overlap: equality on the keys, overlap on the ranges (exclusion constraints)."""

FACTS: tuple[str, ...] = tuple(name for name, _ in NO_OVERLAP)
RANGES = frozenset({"valid", "recorded"})


def create_constraints() -> dict[str, list[LiteralString]]:
    """DDL of the exclusion constraints and indexes, by table; a rebuild runs it after its COPY."""
    statements: dict[str, list[LiteralString]] = {}
    for name, columns in NO_OVERLAP:
        parts = ", ".join(f"{column} WITH {'&&' if column in RANGES else '='}" for column in columns)
        text = f"ALTER TABLE {name} ADD CONSTRAINT {name}_no_overlap EXCLUDE USING gist ({parts})"
        statements.setdefault(name, []).append(cast("LiteralString", text))
    for index in INDEXES:
        text = str(CreateIndex(index).compile(dialect=pg.dialect()))
        name = index.table.name if index.table is not None else ""
        statements.setdefault(name, []).append(cast("LiteralString", text))
    return statements
