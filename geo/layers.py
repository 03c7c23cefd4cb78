"""The layers, as data: what each is called, what its features carry, who may see it."""

from typing import Literal

import msgspec

from contracts.records import NEEDS

Kind = Literal["area", "point"]
Type = Literal["string", "integer", "number", "boolean", "date-time"]


class Property(msgspec.Struct, frozen=True):
    """One attribute of a feature. `right` is the right that shows it; None: whoever sees the layer."""

    name: str
    type: Type
    title_th: str
    right: str | None = None


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One collection. `level` is that of area layers; `right` the right that shows the layer, None: everybody."""

    id: str
    kind: Kind
    title_th: str
    title_en: str
    description_th: str
    level: Literal["amphoe", "tambon"] | None = None
    right: str | None = None
    properties: tuple[Property, ...]
    has_versions: bool = False
    """One feature for each version, with an id of its own, over all time unless a time is asked for."""
    is_change: bool = False
    """Numbers at two days and their differences; it is in roots that compare, and only there."""

    def visible(self, rights: frozenset[str]) -> bool:
        """Whether a caller with these rights knows that the layer exists."""
        return self.right is None or self.right in rights

    def shown(self, rights: frozenset[str]) -> tuple[Property, ...]:
        """The attributes that a caller with these rights sees."""
        return tuple(p for p in self.properties if p.right is None or p.right in rights)

    def is_personal(self, rights: frozenset[str]) -> bool:
        """Whether a caller with these rights sees something personal in it."""
        return any(shown.right == "personal" for shown in self.shown(rights))

    @property
    def id_property(self) -> str:
        """The attribute that identifies what a feature is about."""
        return "code" if self.kind == "area" else "household_id"

    @property
    def has_tiles(self) -> bool:
        """Whether the layer is drawn; versions lie upon each other."""
        return not self.has_versions

    @property
    def shaded(self) -> str:
        """The number that a plain map of areas shows."""
        return "delta_households" if self.is_change else "households"

    @property
    def in_tiles(self) -> tuple[Property, ...]:
        """What the features of a tile carry; never anything personal or the basis."""
        return tuple(p for p in self.queryables if self.kind == "area" or p.name in POINT_TILE)

    @property
    def queryables(self) -> tuple[Property, ...]:
        """The attributes that may be asked for and sorted by. None that needs a right is: names would stand in addresses and logs."""
        return tuple(p for p in self.properties if p.right is None and p not in BASIS)

    @property
    def parameters(self) -> tuple[Property, ...]:
        """The attributes that may be asked for by `name=value`."""
        return tuple(p for p in self.queryables if p.type != "date-time")

    @property
    def numbers(self) -> tuple[Property, ...]:
        """The attributes of an area that are counted, and whether they are hidden."""
        return tuple(p for p in self.queryables if p.name not in AREA_NAMES)


AREA_WORDS: tuple[tuple[Literal["amphoe", "tambon"], str], ...] = (("amphoe", "อำเภอ"), ("tambon", "ตำบล"))
NEED_TITLES = {
    "health": "สุขภาพ",
    "living": "ความเป็นอยู่",
    "education": "การศึกษา",
    "income": "รายได้",
    "accessibility": "การเข้าถึงบริการรัฐ",
}
BASIS = (
    Property("basis_sequence", "integer", "ลำดับเหตุการณ์ที่ใช้"),
    Property("basis_valid_at", "date-time", "ข้อมูล ณ วันที่เกิดจริง"),
)
AREA_NAMES = frozenset({"code", "name_th", "name_en", "approximate"})
AREA_PROPERTIES = (
    Property("code", "string", "รหัสพื้นที่"),
    Property("name_th", "string", "ชื่อ"),
    Property("name_en", "string", "ชื่อภาษาอังกฤษ"),
    Property("households", "integer", "ครัวเรือน (ไม่ซ้ำ)"),
    Property("persons", "integer", "คน"),
    Property("records", "integer", "ระเบียน"),
    Property("in_more_than_one", "integer", "อยู่มากกว่า 1 ฐานข้อมูล"),
    *(Property(f"need_{need}", "integer", f"ต้องการ: {NEED_TITLES[need]}") for need in NEEDS),
    Property("assisted_households", "integer", "ครัวเรือนที่ได้รับการช่วยเหลือ"),
    Property("actions", "integer", "จำนวนครั้งการช่วยเหลือ"),
    Property("amount_thb", "number", "มูลค่า (บาท)"),
    Property("suppressed", "boolean", "ปกปิดจำนวนน้อย"),
    Property("approximate", "boolean", "ขอบเขตโดยประมาณ"),
    *BASIS,
)
POINT_PROPERTIES = (
    Property("household_id", "string", "รหัสครัวเรือน"),
    Property("amphoe", "string", "รหัสอำเภอ"),
    Property("tambon", "string", "รหัสตำบล"),
    Property("moo", "integer", "หมู่ที่"),
    Property("in_sources", "integer", "จำนวนฐานข้อมูล"),
    Property("sources", "string", "ฐานข้อมูล"),
    Property("persons", "integer", "คน"),
    *(Property(f"need_{need}", "boolean", f"ต้องการ: {NEED_TITLES[need]}") for need in NEEDS),
    Property("level", "integer", "ระดับความยากจน"),
    Property("valid_from", "date-time", "ตั้งแต่"),
    Property("valid_to", "date-time", "ถึง"),
    Property("head_name", "string", "หัวหน้าครัวเรือน", "personal"),
    Property("house_code", "string", "รหัสประจำบ้าน", "personal"),
    Property("house_no", "string", "บ้านเลขที่", "personal"),
    *BASIS,
)

POINT_TILE = frozenset({"amphoe", "tambon", "in_sources", "persons", "level", *(f"need_{n}" for n in NEEDS)})
CHANGING = tuple(
    p
    for p in AREA_PROPERTIES
    if p.type in {"integer", "number"} and p.name not in {"records", *(shown.name for shown in BASIS)}
)
"""The numbers of areas that are compared between two days."""
CHANGE_PROPERTIES = (
    *(p for p in AREA_PROPERTIES if p.name in {"code", "name_th", "name_en"}),
    *(
        Property(prefix + p.name + suffix, p.type, f"{p.title_th} {words}")
        for p in CHANGING
        for prefix, suffix, words in (
            ("", "_before", "(วันแรก)"),
            ("", "_after", "(วันหลัง)"),
            ("delta_", "", "(เปลี่ยนแปลง)"),
        )
    ),
    *(p for p in AREA_PROPERTIES if p.name in {"suppressed", "approximate"}),
    *BASIS,
)

LAYERS: tuple[Layer, ...] = (
    Layer(
        id="amphoe_summary",
        kind="area",
        level="amphoe",
        title_th="สรุปรายอำเภอ",
        title_en="Summary by amphoe",
        description_th="จำนวนครัวเรือน ความต้องการ และการช่วยเหลือรายอำเภอ",
        properties=AREA_PROPERTIES,
    ),
    Layer(
        id="tambon_summary",
        kind="area",
        level="tambon",
        title_th="สรุปรายตำบล",
        title_en="Summary by tambon",
        description_th="จำนวนครัวเรือน ความต้องการ และการช่วยเหลือรายตำบล",
        properties=AREA_PROPERTIES,
    ),
    Layer(
        id="household_points",
        kind="point",
        right="points",
        title_th="ตำแหน่งครัวเรือน",
        title_en="Households",
        description_th="ครัวเรือนที่มีพิกัด ตามสิทธิของผู้ใช้",
        properties=POINT_PROPERTIES,
    ),
    Layer(
        id="household_history",
        kind="point",
        right="points",
        has_versions=True,
        title_th="ประวัติตำแหน่งครัวเรือน",
        title_en="Households over time",
        description_th="ครัวเรือนทุกช่วงเวลา มีวันเริ่มและวันสิ้นสุด (valid_from, valid_to) สำหรับ Temporal Controller",
        properties=POINT_PROPERTIES,
    ),
    *(
        Layer(
            id=f"{level}_change",
            kind="area",
            level=level,
            right="overview",
            is_change=True,
            title_th=f"การเปลี่ยนแปลงราย{words}",
            title_en=f"Change by {level}",
            description_th=f"จำนวนราย{words} ณ สองวัน และส่วนต่าง",
            properties=CHANGE_PROPERTIES,
        )
        for level, words in AREA_WORDS
    ),
)
BY_ID = {layer.id: layer for layer in LAYERS}
