"""Rows as the sources deliver them, plain and correct; tests change what they are about."""

import datetime as dt

from contracts.gazetteer import load_gazetteer
from contracts.sources.contract import Context, DeliveredRow

TODAY = dt.date(2026, 11, 24)
KEY = b"0123456789abcdef0123456789abcdef"
VALID_ID = "3000000000048"
OTHER_VALID_ID = "1000000000009"


def a_context(*, period: str | None = None) -> Context:
    return Context(load_gazetteer(), TODAY, period, KEY)


def rows(*cells: dict[str, object]) -> list[DeliveredRow]:
    return [DeliveredRow(number, dict(row)) for number, row in enumerate(cells, 1)]


def a_tpmap_row(**changes: object) -> dict[str, object]:
    return {
        "year_be": "2566",
        "survey_year_be": "2565",
        "card_year_be": "2564",
        "house_id": "32010012345",
        "house_no": "45/2",
        "village_id": "3201020501",
        "citizen_id": VALID_ID,
        "title": "นาย",
        "first_name": "สมชาย",
        "last_name": "ใจดี",
        "birth": "12/9/2510",
        "sex": "ชาย",
        "relation": "หัวหน้าครัวเรือน",
        "jpt_poor": "1",
        "mof_registered": "1",
        "mof_validated": "0",
        "health": "1",
        "living": "0",
        "education": "0",
        "income": "1",
        "accessibility": "",
        "edition": "2565-2569",
        "failed_indicators": "29;3",
        "survey_date": "12/11/2565",
        **changes,
    }


def a_pppconnext_member(**changes: object) -> dict[str, object]:
    return {
        "title": "นาย",
        "first_name": "สมชาย",
        "last_name": "ใจดี",
        "sex": "ชาย",
        "citizen_id": "-",
        "birth": "2510-09-12",
        "age_years": 55,
        "age_months": 2,
        "relation": "หัวหน้าครัวเรือน",
        "health": "ปกติ",
        "education": "ประถมศึกษา",
        "income_baht": "3000",
        "expense_baht": "2000",
        "welfare": [{"kind": "บัตรสวัสดิการแห่งรัฐ", "amount_baht": "300", "frequency": "เดือน"}],
        **changes,
    }


def a_pppconnext_object(**changes: object) -> dict[str, object]:
    return {
        "form_code": "PPP32-0000042",
        "surveyed_at": "2023-03-05T09:12:00+07:00",
        "survey_year_be": 2566,
        "survey_round": 1,
        "period": "before",
        "house_code": "32010012345",
        "head_title": "นาย",
        "head_first": "สมชาย",
        "head_last": "ใจดี",
        "head_citizen_id": VALID_ID,
        "house_no": "45/2",
        "moo": "5",
        "village": "บ้านตะตึงไถง",
        "subdistrict": "ต.นอกเมือง",
        "district": "เมือง",
        "province": "จ.สุรินทร์",
        "postcode": "32000",
        "lat": "14.881234",
        "lon": "103.491234",
        "n_registered": 3,
        "n_living": 2,
        "scores": {"human": 2.0, "physical": 1.5, "economic": 3.0, "natural": 2.0, "social": 2.5},
        "components": {"human.4": 1.5, "financial.1": 3.0, "physical.1": 2.0, "physical.2": 1.75},
        "score_mean": 2.2,
        "level": 2,
        "members": [
            a_pppconnext_member(),
            a_pppconnext_member(title="นาง", first_name="สมศรี", sex="หญิง", relation="คู่สมรส"),
        ],
        **changes,
    }


def a_thaiqm_row(**changes: object) -> dict[str, object]:
    return {
        "รหัสประจำบ้าน": "32010012345",
        "เลขประจำตัวประชาชนหัวหน้าครัวเรือน": VALID_ID,
        "ชื่อ-สกุลหัวหน้าครัวเรือน": "น.ส.สมหญิง  ณ อยุธยา",
        "โทรศัพท์": "081-000-0001",
        "บ้านเลขที่": "๔๕/๒",
        "หมู่ที่": "12",
        "ตำบล": "ตำบลหนองบัว",
        "อำเภอ": "อ.ท่าตูม",
        "จังหวัด": "สุรินทร์",
        "ปัญหา": "สุขภาพ;อื่น ๆ",
        "หมายเหตุ": "",
        "วันที่สำรวจ": "12 ก.ย. 2566",
        "ปีที่สำรวจ": "2566",
        "ผลการดำเนินงาน": "ช่วยเหลือแล้ว",
        **changes,
    }


def a_logbook_row(**changes: object) -> dict[str, object]:
    return {
        "logbook_no": "LB3200000042",
        "family_seq": "1",
        "household_ref": "HR3200000042",
        "house_code": "32010012345",
        "house_no": "45/2",
        "moo": "5",
        "tambon": "ทมอ",
        "amphoe": "ปราสาท",
        "member_no": "1",
        "title": "นาง",
        "first_name": "บุญมี",
        "last_name": "ใจดี",
        "sex": "หญิง",
        "citizen_id": VALID_ID,
        "birth": "00/00/2490",
        "relation": "หัวหน้าครัวเรือน",
        "health": "มีโรคประจำตัว",
        "education": "",
        "income_baht": "1,500.50",
        "dim_income": "ต้องการความช่วยเหลือ",
        "dim_housing": "ปกติ",
        "dim_health": "",
        "dim_education": "ปกติ",
        "dim_access": "ปกติ",
        "vulnerable_types": "ผู้สูงอายุ;ผู้มีรายได้น้อย",
        "fragile_level": "2",
        "lat": "14.62",
        "lon": "103.43",
        "visited_on": "5/4/2566",
        "year_be": "2566",
        **changes,
    }


def an_action(**changes: object) -> dict[str, object]:
    return {
        "action_id": "PSM-66-000001",
        "agency_id": "psm-surin",
        "reporter_id": "",
        "citizen_id": VALID_ID,
        "house_code": "",
        "source": "",
        "source_record_id": "",
        "household_id": "",
        "recipient_name": "นายสมชาย ใจดี",
        "programme_id": "poor-family",
        "kind": "cash",
        "need": "income",
        "amount_baht": "1,500.00",
        "quantity": "",
        "unit": "",
        "happened_on": "2023-09-12",
        "until": "",
        "description": "",
        **changes,
    }
