"""The tables of one projection version, declared once; `create_tables` writes the DDL. What keeps them right is in `projections/indexes.py`.

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
from sqlalchemy.schema import CreateTable

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


def create_tables() -> list[LiteralString]:
    """DDL of the tables with their primary keys, to run with the version's schema first in the search path."""
    dialect = pg.dialect()
    return [
        cast("LiteralString", str(CreateTable(t).compile(dialect=dialect))) for t in metadata.sorted_tables
    ]
