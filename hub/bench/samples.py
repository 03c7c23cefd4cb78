"""Made-up records and actions of the usual size, as source contracts build them. The same number gives the same one."""

import datetime as dt

from contracts.ids import citizen_pseudonym, house_pseudonym
from contracts.records import Help, House, Member, PartialDate, Point, RecipientRef, Record
from contracts.sources.assistance import DeliveredAction

MEMBERS = 4
FIRST_DAY = dt.datetime(2023, 6, 1, tzinfo=dt.UTC)
FIRST_NAMES = ("สมชาย", "สมหญิง", "ประเสริฐ", "บุญมี", "วิไล", "ทองสุข", "อนงค์", "คำปัน")
LAST_NAMES = ("ใจดี", "บุญมาก", "แก้วมณี", "สายทอง", "ศรีสุข", "พรมมา")
MONEY = 200_000


def make_record(number: int, key: bytes) -> Record:
    """A household with four members, its delivered cells kept."""
    tambon = f"32{number % 17 + 1:02d}{number % 9 + 1:02d}"
    code = f"{tambon}{number % 100_000:05d}"
    members = tuple(_make_member(number, position, key) for position in range(MEMBERS))
    house = House(
        record_key=f"HH{number:08d}",
        house_code=code,
        house_ref=house_pseudonym(key, code),
        house_no=f"{number % 300}/{number % 7}",
        moo=number % 20 + 1,
        village="บ้านโนนสูง",
        tambon=tambon,
        amphoe=tambon[:4],
        address=f"{number % 300}/{number % 7} หมู่ {number % 20 + 1} บ้านโนนสูง",
        point=Point(lon=103.2 + number % 977 / 1000, lat=14.5 + number % 499 / 1000, raw="ตามไฟล์"),
        needs={
            "health": number % 3 == 0,
            "living": number % 2 == 0,
            "education": False,
            "income": True,
            "accessibility": False,
        },
        indicators={f"ind{indicator}": (number + indicator) % 2 for indicator in range(1, 18)},
        level=number % 4 + 1,
        cells={
            "HC": code,
            "HNO": f"{number % 300}",
            "MOO": f"{number % 20 + 1}",
            "TAMBON": tambon,
            "YEAR": "2566",
        },
    )
    return Record(
        source="tpmap",
        record_key=house.record_key,
        period="2566",
        happened_at=FIRST_DAY + dt.timedelta(minutes=number % 100_000),
        house=house,
        members=members,
    )


def _make_member(number: int, position: int, key: bytes) -> Member:
    citizen = f"30000{(number * MEMBERS + position) % 100_000_000:08d}"
    first = FIRST_NAMES[(number + position) % len(FIRST_NAMES)]
    last = LAST_NAMES[number % len(LAST_NAMES)]
    return Member(
        key=citizen,
        key_method="citizen_id",
        title="นาย" if position % 2 == 0 else "นาง",
        first_name=first,
        last_name=last,
        sex="male" if position % 2 == 0 else "female",
        citizen_id=citizen,
        citizen_valid=False,
        citizen_ref=citizen_pseudonym(key, citizen),
        birth=PartialDate(year=1950 + number % 60, month=5, day=7, raw="07/05/2530", rule="buddhist"),
        relation="หัวหน้าครัวเรือน" if position == 0 else "บุตร",
        is_head=position == 0,
        income_satang=MONEY,
        cells={
            "NID": citizen,
            "PREFIX": "นาย",
            "NAME": first,
            "SURNAME": last,
            "BIRTH": "07/05/2530",
            "JOB": "เกษตรกร",
        },
    )


def make_action(number: int, key: bytes) -> DeliveredAction:
    """Money for one person, named by citizen id and house code."""
    citizen = f"30000{number % 100_000_000:08d}"
    code = f"320101{number % 100_000:05d}"
    cells: dict[str, object] = {
        "action_id": f"A{number:08d}",
        "agency_id": "bench",
        "citizen_id": citizen,
        "house_code": code,
        "kind": "cash",
        "amount_baht": "2000.00",
        "given_on": "1 ม.ค. 2567",
        "description": "เงินสงเคราะห์ผู้มีรายได้น้อย",
    }
    return DeliveredAction(
        agency_id="bench",
        reporter_id=None,
        action_id=f"A{number:08d}",
        kind="cash",
        need="income",
        programme_id="bench-cash",
        amount_satang=MONEY,
        quantity=None,
        unit=None,
        happened_at=FIRST_DAY + dt.timedelta(hours=number % 10_000),
        happened_until=None,
        recipients=(
            RecipientRef(kind="citizen", ref=citizen_pseudonym(key, citizen)),
            RecipientRef(kind="house", ref=house_pseudonym(key, code)),
        ),
        level="person",
        help=Help(
            action_id=f"A{number:08d}",
            citizen_id=citizen,
            house_code=code,
            recipient_name="สมชาย ใจดี",
            description="เงินสงเคราะห์ผู้มีรายได้น้อย",
            cells=cells,
        ),
    )
