"""The tables of one projection version, declared once; `create_tables` and `create_constraints` write the DDL.

Two kinds. *Facts* are bitemporal: `recorded` is an int8range of sequences (what the hub knew), `valid` a tstzrange (what was true
in the world), both half-open; an open fact has no upper end of `recorded`. *Indexes of the fold* (link_key, action_recipient) hold
only what the projector needs to go on; no answer is made from them.

`record` and `action` are the sequences of their first events, `household` is the record that founded it, `person` the member
that founded it, `member` is 1024 * (first sequence) + position: all of them follow from the log alone.
"""

from typing import LiteralString, cast

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.schema import CreateIndex, CreateTable

metadata = sa.MetaData()

BIGINT = sa.BigInteger()
INSTANT = sa.DateTime(timezone=True)


def _column(name: str, type_: object, *, key: bool = False, null: bool = False) -> sa.Column[object]:
    return sa.Column(
        name, cast("sa.types.TypeEngine[object]", type_), primary_key=key, nullable=null, autoincrement=False
    )


event = sa.Table(
    "event",
    metadata,
    _column("sequence", BIGINT, key=True),
    _column("event_id", sa.Text()),
    _column("type", sa.Text()),
    _column("source", sa.Text()),
    _column("agency", sa.Text(), null=True),
    _column("recorded_at", INSTANT),
    _column("happened_at", INSTANT),
    _column("reported_at", INSTANT, null=True),
    _column("record", BIGINT, null=True),
    _column("action", BIGINT, null=True),
    _column("digest", pg.BYTEA()),
)

record = sa.Table(
    "record",
    metadata,
    _column("record", BIGINT, key=True),
    _column("source", sa.Text()),
    _column("pseudonym", pg.BYTEA()),
    _column("household_id", sa.Uuid()),
)

record_version = sa.Table(
    "record_version",
    metadata,
    _column("sequence", BIGINT, key=True),
    _column("record", BIGINT),
    _column("period", sa.Text()),
    _column("happened_at", INSTANT),
    _column("reported_at", INSTANT, null=True),
    _column("withdrawn", sa.Boolean()),
    _column("amphoe", sa.Text(), null=True),
    _column("tambon", sa.Text(), null=True),
    _column("document", pg.JSON(), null=True),
)

member = sa.Table(
    "member",
    metadata,
    _column("member", BIGINT, key=True),
    _column("record", BIGINT),
    _column("pseudonym", pg.BYTEA()),
    _column("person_id", sa.Uuid()),
)

link_key = sa.Table(
    "link_key", metadata, _column("key", BIGINT, key=True), _column("record", BIGINT, key=True)
)

link_edge = sa.Table(
    "link_edge",
    metadata,
    _column("a", BIGINT),
    _column("b", BIGINT),
    _column("level", sa.Text()),
    _column("rule", sa.Text()),
    _column("score", sa.Integer()),
    _column("recorded", pg.INT8RANGE()),
)

person_member = sa.Table(
    "person_member",
    metadata,
    _column("member", BIGINT),
    _column("person", BIGINT),
    _column("recorded", pg.INT8RANGE()),
)

household_record = sa.Table(
    "household_record",
    metadata,
    _column("record", BIGINT),
    _column("household", BIGINT),
    _column("recorded", pg.INT8RANGE()),
)

household_state = sa.Table(
    "household_state",
    metadata,
    _column("household", BIGINT),
    _column("valid", pg.TSTZRANGE()),
    _column("recorded", pg.INT8RANGE()),
    _column("amphoe", sa.Text(), null=True),
    _column("tambon", sa.Text(), null=True),
    _column("moo", sa.SmallInteger(), null=True),
    _column("sources", pg.ARRAY(sa.Text())),
    _column("in_sources", sa.SmallInteger()),
    _column("persons", sa.SmallInteger()),
    _column("health", sa.Boolean(), null=True),
    _column("living", sa.Boolean(), null=True),
    _column("education", sa.Boolean(), null=True),
    _column("income", sa.Boolean(), null=True),
    _column("accessibility", sa.Boolean(), null=True),
    _column("level", sa.SmallInteger(), null=True),
    _column("standing", sa.Text(), null=True),
    _column("basis", pg.ARRAY(BIGINT)),
    _column("head_name", sa.Text(), null=True),
    _column("house_code", sa.Text(), null=True),
    _column("house_no", sa.Text(), null=True),
    _column("search", sa.Text(), null=True),
    _column("geom", Geometry("POINT", srid=4326, spatial_index=False), null=True),
    sa.Column(
        "g3857",
        cast("sa.types.TypeEngine[object]", Geometry("POINT", srid=3857, spatial_index=False)),
        sa.Computed("ST_Transform(geom, 3857)", persisted=True),
    ),
)

action = sa.Table(
    "action",
    metadata,
    _column("action", BIGINT, key=True),
    _column("agency", sa.Text()),
    _column("pseudonym", pg.BYTEA()),
)

action_state = sa.Table(
    "action_state",
    metadata,
    _column("action", BIGINT),
    _column("sequence", BIGINT),
    _column("recorded", pg.INT8RANGE()),
    _column("valid", pg.TSTZRANGE()),
    _column("reported_at", INSTANT, null=True),
    _column("agency", sa.Text()),
    _column("reporter", sa.Text(), null=True),
    _column("programme", sa.Text(), null=True),
    _column("kind", sa.Text()),
    _column("need", sa.Text()),
    _column("level", sa.Text()),
    _column("amount_satang", BIGINT, null=True),
    _column("quantity", sa.Text(), null=True),
    _column("unit", sa.Text(), null=True),
    _column("corrected", sa.Boolean()),
    _column("subject", pg.BYTEA()),
    _column("help", pg.JSON(), null=True),
)

action_recipient = sa.Table(
    "action_recipient",
    metadata,
    _column("action", BIGINT, key=True),
    _column("ordinal", sa.SmallInteger(), key=True),
    _column("kind", sa.Text()),
    _column("ref", pg.BYTEA()),
)

action_household = sa.Table(
    "action_household",
    metadata,
    _column("action", BIGINT),
    _column("record", BIGINT),
    _column("member", BIGINT, null=True),
    _column("household", BIGINT),
    _column("repeats", BIGINT, null=True),
    _column("recorded", pg.INT8RANGE()),
)

finding = sa.Table(
    "finding",
    metadata,
    _column("household", BIGINT),
    _column("class", sa.Text()),
    _column("need", sa.Text()),
    _column("action", BIGINT),
    _column("other", BIGINT, null=True),
    _column("reason", sa.Text()),
    _column("satang", BIGINT, null=True),
    _column("rules", sa.Text()),
    _column("valid", pg.TSTZRANGE()),
    _column("recorded", pg.INT8RANGE()),
)

finding_decision = sa.Table(
    "finding_decision",
    metadata,
    _column("sequence", BIGINT, key=True),
    _column("finding", sa.Text()),
    _column("verdict", sa.Text()),
    _column("actor", sa.Text(), null=True),
    _column("happened_at", INSTANT),
    _column("seen", BIGINT),
    _column("subject", pg.BYTEA()),
    _column("words", pg.JSON(), null=True),
)

rules = sa.Table(
    "rules",
    metadata,
    _column("version", sa.Text()),
    _column("document", pg.JSON()),
    _column("recorded", pg.INT8RANGE()),
)

referral = sa.Table(
    "referral",
    metadata,
    _column("referral", BIGINT),
    _column("sequence", BIGINT),
    _column("pseudonym", pg.BYTEA()),
    _column("step", sa.Text()),
    _column("sender", sa.Text()),
    _column("receiver", sa.Text()),
    _column("need", sa.Text()),
    _column("due_at", INSTANT, null=True),
    _column("record", BIGINT, null=True),
    _column("member", BIGINT, null=True),
    _column("action", BIGINT, null=True),
    _column("subject", pg.BYTEA()),
    _column("words", pg.JSON(), null=True),
    _column("recorded", pg.INT8RANGE()),
)

agency = sa.Table(
    "agency",
    metadata,
    _column("agency", sa.Text()),
    _column("name_th", sa.Text()),
    _column("name_en", sa.Text(), null=True),
    _column("kind", sa.Text()),
    _column("recorded", pg.INT8RANGE()),
)

programme = sa.Table(
    "programme",
    metadata,
    _column("programme", sa.Text()),
    _column("agency", sa.Text()),
    _column("name_th", sa.Text()),
    _column("name_en", sa.Text(), null=True),
    _column("need", sa.Text()),
    _column("kind", sa.Text()),
    _column("period", sa.Text()),
    _column("cap_satang", BIGINT, null=True),
    _column("cap_scope", sa.Text()),
    _column("minimum_interval_days", sa.Integer(), null=True),
    _column("recorded", pg.INT8RANGE()),
)

area = sa.Table(
    "area",
    metadata,
    _column("code", sa.Text()),
    _column("level", sa.Text()),
    _column("parent", sa.Text(), null=True),
    _column("name_th", sa.Text()),
    _column("name_en", sa.Text(), null=True),
    _column("edition", sa.Text()),
    _column("approximate", sa.Boolean()),
    _column("attribution", sa.Text(), null=True),
    _column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)),
    sa.Column(
        "g3857",
        cast("sa.types.TypeEngine[object]", Geometry("MULTIPOLYGON", srid=3857, spatial_index=False)),
        sa.Computed("ST_Transform(geom, 3857)", persisted=True),
    ),
    _column("recorded", pg.INT8RANGE()),
)

batch = sa.Table(
    "batch",
    metadata,
    _column("sequence", BIGINT, key=True),
    _column("batch", sa.Text()),
    _column("source", sa.Text()),
    _column("mode", sa.Text()),
    _column("period", sa.Text(), null=True),
    _column("reported_at", INSTANT, null=True),
    _column("rows", sa.Integer()),
    _column("counts", pg.JSON()),
)

link_decision = sa.Table(
    "link_decision",
    metadata,
    _column("sequence", BIGINT),
    _column("level", sa.Text()),
    _column("verdict", sa.Text()),
    _column("about", pg.ARRAY(sa.Text())),
    _column("sizes", pg.ARRAY(sa.SmallInteger())),
    _column("actor", sa.Text(), null=True),
    _column("happened_at", INSTANT),
    _column("seen", BIGINT),
    _column("model", sa.Text(), null=True),
    _column("subject", pg.BYTEA()),
    _column("words", pg.JSON(), null=True),
    _column("recorded", pg.INT8RANGE()),
)

link_revocation = sa.Table(
    "link_revocation",
    metadata,
    _column("sequence", BIGINT, key=True),
    _column("decision", BIGINT),
    _column("actor", sa.Text(), null=True),
    _column("happened_at", INSTANT),
    _column("subject", pg.BYTEA()),
    _column("words", pg.JSON(), null=True),
)

link_model = sa.Table(
    "link_model",
    metadata,
    _column("sequence", BIGINT, key=True),
    _column("model", sa.Text()),
    _column("norm", sa.Text()),
    _column("digest", sa.Text()),
    _column("trained_on", BIGINT),
    _column("document", sa.Text()),
)

link_model_in_force = sa.Table(
    "link_model_in_force", metadata, _column("model", sa.Text()), _column("recorded", pg.INT8RANGE())
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


def create_tables() -> list[LiteralString]:
    """DDL of the tables with their primary keys, to run with the version's schema first in the search path."""
    dialect = pg.dialect()
    return [
        cast("LiteralString", str(CreateTable(t).compile(dialect=dialect))) for t in metadata.sorted_tables
    ]


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
