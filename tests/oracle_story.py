"""What publishers send in the course of a story that has everything hard in it: records that come late, a record that joins two
households and parts them again, withdrawn and returned statements, corrected, voided and unresolved help.

`CHAPTERS` are sent one after the other; what each of them is about stands in its name.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import shapely

from tests.builders import citizen
from tests.contract_rows import (
    a_logbook_row,
    a_pppconnext_member,
    a_pppconnext_object,
    a_thaiqm_row,
    a_tpmap_row,
)

Submission = dict[str, object]
AGENCY, OTHER = "psm-surin", "temple-pa-sawang"
HOUSE, SECOND_HOUSE = "32010012345", "32010054321"
THAI_HEADINGS = {"surveyed_on": "วันที่สำรวจ", "tambon": "ตำบล", "amphoe": "อำเภอ"}
SOMCHAI, SOMSRI, BUNMI, BUNMA = citizen(1), citizen(2), citizen(3), citizen(4)


def tpmap(house: str, *people: tuple[str, str], **cells: object) -> Submission:
    """People are (citizen id, first name); the first one is the head."""
    relations = ["หัวหน้าครัวเรือน", *["คู่สมรส"] * len(people)]
    rows = [
        a_tpmap_row(
            house_id=house, citizen_id=id_, first_name=name, title="", sex="", relation=relation, **cells
        )
        for (id_, name), relation in zip(people, relations, strict=False)
    ]
    return {"type": "record.received.v1", "source": "tpmap", "rows": rows}


def pppconnext(form: str, *people: tuple[str, str], **cells: object) -> Submission:
    members = [a_pppconnext_member(citizen_id=id_, first_name=name, title="", sex="") for id_, name in people]
    row = a_pppconnext_object(form_code=form, members=members, head_citizen_id=people[0][0], **cells)
    return {"type": "record.received.v1", "source": "pppconnext", "rows": [row]}


def thaiqm(house: str, head: str, name: str, **cells: object) -> Submission:
    """The other cells by the English names below: keyword arguments are normalised by Python, Thai headings must not be."""
    named = {THAI_HEADINGS[column]: value for column, value in cells.items()}
    row = a_thaiqm_row() | {
        "รหัสประจำบ้าน": house,
        "เลขประจำตัวประชาชนหัวหน้าครัวเรือน": head,
        "ชื่อ-สกุลหัวหน้าครัวเรือน": name,
    }
    return {"type": "record.received.v1", "source": "thaiqm", "rows": [row | named]}


def logbook(number: str, *people: tuple[str, str], **cells: object) -> Submission:
    rows = [
        a_logbook_row(
            logbook_no=number, member_no=str(place), citizen_id=id_, first_name=name, title="", **cells
        )
        for place, (id_, name) in enumerate(people, 1)
    ]
    return {"type": "record.received.v1", "source": "mso_logbook", "rows": rows}


def withdrawn(source: str, key: str, period: str, reported_at: str) -> Submission:
    named = {"source": source, "record_key": key, "period": period, "reported_at": reported_at}
    return {"type": "record.withdrawn.v1", **named}


def helped(action_id: str, happened_on: str, **columns: object) -> Submission:
    action = {"agency_id": AGENCY, "kind": "cash", "need": "income", "amount_baht": "1,500.00", **columns}
    return {"type": "assistance.recorded.v1", "action_id": action_id, "happened_on": happened_on, **action}


def corrected(action_id: str, happened_on: str, **columns: object) -> Submission:
    action = helped(action_id, happened_on, **columns)
    return {**action, "type": "assistance.corrected.v1", "reason": "พิมพ์ผิด"}


def voided(action_id: str) -> Submission:
    return {
        "type": "assistance.voided.v1",
        "agency_id": AGENCY,
        "action_id": action_id,
        "reason": "ไม่ได้เกิดขึ้นจริง",
    }


def scattered(count: int) -> list[Submission]:
    """Households of one person each, over three tambon, so that lists have pages."""
    villages = ("32010205", "32010110", "32050101")
    return [
        tpmap(
            f"3299{number:07d}",
            (citizen(100 + number), f"คน{number}"),
            village_id=f"{villages[number % 3]}01",
            house_no=f"{number}/9",
            survey_date=f"{1 + number % 28}/{1 + number % 12}/2565",
            health=str(number % 2),
            income=str(number % 3 % 2),
        )
        for number in range(1, count + 1)
    ]


PARTNERS: list[Submission] = [
    {"type": "agency.registered.v1", "agency_id": AGENCY, "name_th": "พมจ.สุรินทร์", "kind": "ministry"},
    {"type": "agency.registered.v1", "agency_id": OTHER, "name_th": "วัดป่าสว่าง", "name_en": "Temple"},
    {
        "type": "programme.registered.v1",
        "programme_id": "poor-family",
        "agency_id": AGENCY,
        "name_th": "เงินสงเคราะห์ครอบครัว",
        "need": "income",
        "kind": "cash",
        "cap_baht": "3,000.00",
        "minimum_interval_days": 90,
    },
]
TWO_HOUSEHOLDS: list[Submission] = [
    tpmap(HOUSE, (SOMCHAI, "สมชาย"), (SOMSRI, "สมศรี")),
    logbook("LB1", (BUNMI, "บุญมี"), (BUNMA, "บุญมา"), house_code=SECOND_HOUSE),
    thaiqm(HOUSE, SOMCHAI, "นายสมชาย ใจดี", surveyed_on="1 มี.ค. 2566"),
    thaiqm("", citizen(9), "นางไม่มี ที่อยู่", tambon="ไม่ทราบ", amphoe="ไม่ทราบ"),
    *scattered(14),
]
FIRST_HELP: list[Submission] = [
    helped("1", "2023-01-10", citizen_id=SOMSRI, programme_id="poor-family", recipient_name="สมศรี"),
    helped("2", "2023-04-20", citizen_id=BUNMA, need="health", kind="care", until="2023-06-30"),
    helped("3", "2023-02-01", house_code=HOUSE, kind="in_kind", quantity="2", unit="ถุง", amount_baht=""),
    helped("4", "2023-03-15", source="pppconnext", source_record_id="PPP1", agency_id=OTHER),
    helped("5", "2023-03-16", citizen_id=citizen(77), agency_id=OTHER, reporter_id=AGENCY),
    helped("6", "2023-05-01", source="thaiqm", source_record_id="", house_code=SECOND_HOUSE),
]
JOINED: list[Submission] = [
    pppconnext(
        "PPP1",
        (SOMCHAI, "สมชาย"),
        (SOMSRI, "สมศรี"),
        (BUNMI, "บุญมี"),
        (BUNMA, "บุญมา"),
        surveyed_at="2023-06-01T09:00:00+07:00",
    ),
]
HELP_SET_RIGHT: list[Submission] = [
    corrected("1", "2023-01-12", citizen_id=BUNMI, amount_baht="2,000.50"),
    voided("3"),
    corrected("5", "2023-03-16", citizen_id=BUNMA, agency_id=OTHER, description="ข้าวสาร"),
]
PARTED: list[Submission] = [
    pppconnext(
        "PPP1",
        (SOMCHAI, "สมชาย"),
        (SOMSRI, "สมศรี"),
        surveyed_at="2024-02-01T09:00:00+07:00",
        survey_year_be=2567,
        lat="14.9",
        lon="103.5",
    ),
]
COME_LATE: list[Submission] = [
    tpmap(
        HOUSE,
        (SOMCHAI, "สมชาย"),
        (SOMSRI, "สมศรี"),
        (BUNMA, "บุญมา"),
        year_be="2565",
        survey_date="1/8/2564",
        education="1",
    ),
    tpmap(HOUSE, (SOMCHAI, "สมชาย"), (SOMSRI, "สมศรีวรรณ"), house_no="45/3", health="0"),
    helped("7", "2022-11-20", citizen_id=SOMCHAI, agency_id=OTHER),
    {"type": "agency.registered.v1", "agency_id": OTHER, "name_th": "วัดป่าสว่าง (ใหม่)"},
]
TAKEN_BACK: list[Submission] = [
    withdrawn("mso_logbook", "LB1/1", "2566", "2024-05-01"),
    withdrawn("tpmap", "32990000001", "2566", "2024-01-01"),
    withdrawn("tpmap", "32990000002", "2566", "2023-01-31"),
    tpmap("32990000002", (citizen(102), "คน2"), survey_date="1/1/2566", village_id="3205010101"),
    voided("2"),
]


def reported(on: str, submissions: list[Submission]) -> list[Submission]:
    """The same, reported on that day where they do not say another one."""
    told = ("record.", "assistance.")
    return [{"reported_at": on, **one} if str(one["type"]).startswith(told) else one for one in submissions]


CHAPTERS: Mapping[str, list[Submission]] = {
    "partners": PARTNERS,
    "two households": reported("2023-05-15", TWO_HOUSEHOLDS),
    "first help": reported("2023-06-15", FIRST_HELP),
    "joined": reported("2023-07-01", JOINED),
    "help set right": reported("2023-12-15", HELP_SET_RIGHT),
    "parted": reported("2024-03-01", PARTED),
    "come late": reported("2023-06-18", COME_LATE[:1]) + COME_LATE[1:],
    "taken back": TAKEN_BACK,
}


def write_boundaries(path: Path) -> Path:
    """A GeoJSON file of four tambon of two amphoe, side by side: of them the hub makes the amphoe."""
    boxes = {
        "320101": (103.4, 14.8, 103.6, 15.0),
        "320102": (103.6, 14.8, 103.8, 15.0),
        "320501": (103.4, 15.0, 103.6, 15.2),
        "320506": (103.6, 15.0, 103.8, 15.2),
    }
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name_th": f"ตำบล {code}", "name_en": f"T {code}"},
            "geometry": shapely.geometry.mapping(shapely.box(*box)),
        }
        for code, box in boxes.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path
