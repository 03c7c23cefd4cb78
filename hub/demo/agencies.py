"""The giving agencies of the demo and their programmes (invented terms, modelled on what such offices give)."""

import datetime as dt
from dataclasses import dataclass

FIRST_DAY, LAST_DAY = dt.date(2021, 10, 1), dt.date(2025, 9, 30)


@dataclass(frozen=True, slots=True)
class Agency:
    """A giver: the area codes it works in (as prefixes), how often it reports and how it writes dates."""

    id: str
    name_th: str
    name_en: str
    kind: str
    areas: tuple[str, ...] = ("32",)
    half_yearly: bool = False
    thai_dates: bool = False
    last_day: dt.date = LAST_DAY  # of the last period it reports

    def works_in(self, tambon: str) -> bool:
        return tambon.startswith(self.areas)


@dataclass(frozen=True, slots=True)
class Programme:
    """One kind of help of one agency."""

    id: str
    agency: Agency
    name_th: str
    name_en: str
    need: str
    kind: str
    period: str  # once, month or year
    cap: int | None
    scope: str  # person, family or household
    interval: int | None  # days
    amounts: tuple[int, ...]
    days: int = 0  # how long one giving covers, beyond the day itself
    goods: tuple[str, str] = ("", "")  # quantity and unit
    weight: float = 1.0


_PSM = Agency(
    "psm-surin",
    "สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์จังหวัดสุรินทร์",
    "Surin Provincial Social Development and Human Security Office",
    "line_ministry",
    half_yearly=True,
)
_CDD = Agency(
    "cdd-surin", "สำนักงานพัฒนาชุมชนจังหวัดสุรินทร์", "Surin Provincial Community Development Office", "line_ministry"
)
_HEALTH = Agency(
    "health-surin",
    "สำนักงานสาธารณสุขจังหวัดสุรินทร์",
    "Surin Provincial Public Health Office",
    "line_ministry",
    half_yearly=True,
)
_EDU = Agency("edu-surin", "สำนักงานศึกษาธิการจังหวัดสุรินทร์", "Surin Provincial Education Office", "line_ministry")
_AGRI = Agency(
    "agri-surin", "สำนักงานเกษตรจังหวัดสุรินทร์", "Surin Provincial Agricultural Extension Office", "line_ministry"
)
_CODI = Agency(
    "codi-surin",
    "สถาบันพัฒนาองค์กรชุมชน (พอช.) จังหวัดสุรินทร์",
    "Community Organizations Development Institute, Surin",
    "public_organisation",
)
_RED_CROSS = Agency(
    "redcross-surin", "เหล่ากาชาดจังหวัดสุรินทร์", "Surin Provincial Red Cross Chapter", "charity", half_yearly=True
)
_SAO = tuple(
    Agency(
        f"sao-{code}",
        f"องค์การบริหารส่วนตำบล{name_th} (สาธิต)",
        f"{name_en} Subdistrict Administrative Organization (demo)",
        "local_government",
        areas=(code,),
        thai_dates=True,
    )
    for code, name_th, name_en in (
        ("320507", "หนองใหญ่", "Nong Yai"),
        ("320905", "แตล", "Tlae"),
        ("321011", "ตาตุม", "Tatum"),
    )
)
_TEMPLES = (
    Agency(
        "temple-pho-thong",
        "วัดโพธิ์ทองสามัคคี (สาธิต)",
        "Wat Pho Thong Samakkhi (demo)",
        "temple",
        areas=("3201", "3216", "3204"),
        thai_dates=True,
    ),
    Agency(
        "temple-pa-sawang",
        "วัดป่าสว่างอารมณ์ (สาธิต)",
        "Wat Pa Sawang Arom (demo)",
        "temple",
        areas=("3205", "3206", "3214"),
        thai_dates=True,
        last_day=dt.date(2024, 9, 30),  # silent since: what it gave later, nobody knows
    ),
)
_COMPANIES = (
    Agency(
        "company-silk",
        "บริษัท ไหมงามสุรินทร์ จำกัด (สาธิต)",
        "Mai Ngam Surin Silk Co., Ltd. (demo)",
        "company",
        areas=("3201", "3205", "3210", "3211"),
    ),
    Agency(
        "company-rice",
        "บริษัท ข้าวหอมทุ่งกุลา จำกัด (สาธิต)",
        "Thung Kula Fragrant Rice Co., Ltd. (demo)",
        "company",
        areas=("3202", "3203", "3207"),
    ),
)
AGENCIES = (_PSM, _CDD, _HEALTH, _EDU, _AGRI, _CODI, _RED_CROSS, *_SAO, *_TEMPLES, *_COMPANIES)
FAVOURED_TAMBONS = tuple(agency.areas[0] for agency in _SAO)


def _of_sao(agency: Agency) -> tuple[Programme, ...]:
    at = agency.id
    return (
        Programme(
            f"{at}-elder", agency, "เบี้ยยังชีพผู้สูงอายุเพิ่มเติม", "Elder allowance supplement",
            "income", "cash", "month", 1000, "person", 25, (600, 700, 800), weight=3.0,
        ),
        Programme(
            f"{at}-repair", agency, "ซ่อมแซมบ้านผู้ยากไร้", "House repair",
            "living", "in_kind", "once", 30000, "household", 1095, (12000, 20000, 25000), 30, ("1", "หลัง"),
        ),
        Programme(
            f"{at}-ride", agency, "รถรับส่งไปใช้สิทธิและลงทะเบียนสวัสดิการ", "Transport to claim state services",
            "accessibility", "care", "month", None, "person", 25, (), goods=("1", "เที่ยว"),
        ),
        Programme(
            f"{at}-care", agency, "ผู้ดูแลผู้สูงอายุที่มีภาวะพึ่งพิง", "Long-term carer visits",
            "health", "care", "month", None, "person", 25, (), goods=("1", "ครั้ง"),
        ),
    )  # fmt: skip


def _of_temple(agency: Agency) -> tuple[Programme, ...]:
    at = agency.id
    return (
        Programme(
            f"{at}-food", agency, "ถุงปันสุขจากวัด", "Temple food parcels",
            "living", "in_kind", "month", 700, "household", 25, (300, 500), 20, ("1", "ชุด"), weight=2.0,
        ),
        Programme(
            f"{at}-scholarship", agency, "ทุนการศึกษาคณะสงฆ์", "Sangha scholarship",
            "education", "cash", "year", 3000, "person", 300, (1000, 1500, 2000),
        ),
    )  # fmt: skip


PROGRAMMES: tuple[Programme, ...] = (
    Programme(
        "psm-emergency", _PSM, "เงินสงเคราะห์ผู้ประสบปัญหาทางสังคมกรณีฉุกเฉิน", "Emergency relief money",
        "income", "cash", "year", 3000, "family", 300, (1000, 2000, 3000), weight=2.0,
    ),
    Programme(
        "psm-child", _PSM, "เงินสงเคราะห์เด็กในครอบครัวยากจน", "Grant for children in poor families",
        "education", "cash", "month", 3000, "family", 25, (1000,), weight=2.0,
    ),
    Programme(
        "psm-home", _PSM, "ปรับสภาพแวดล้อมที่อยู่อาศัยผู้สูงอายุและผู้พิการ", "Home adaptation for the old and disabled",
        "living", "in_kind", "once", 40000, "household", 1095, (20000, 30000, 40000), 45, ("1", "หลัง"), 0.5,
    ),
    Programme(
        "psm-rights", _PSM, "ติดตามและช่วยเข้าถึงสิทธิสวัสดิการ", "Casework for access to entitlements",
        "accessibility", "care", "month", None, "family", 25, (), 0, ("1", "ครั้ง"), 2.0,
    ),
    Programme(
        "cdd-fund", _CDD, "เงินกู้กองทุนพัฒนาบทบาทสตรี", "Women's role development fund loan",
        "income", "loan", "year", 20000, "person", 330, (5000, 10000, 20000),
    ),
    Programme(
        "cdd-career", _CDD, "ฝึกอาชีพครัวเรือนเป้าหมาย", "Occupation training for target households",
        "income", "training", "year", None, "person", 300, (), 4, ("1", "หลักสูตร"),
    ),
    Programme(
        "health-visit", _HEALTH, "เยี่ยมบ้านผู้ป่วยโดย รพ.สต.", "Home visits by the health centre",
        "health", "care", "month", None, "person", 25, (), 0, ("1", "ครั้ง"), 3.0,
    ),
    Programme(
        "health-aid", _HEALTH, "กายอุปกรณ์และเวชภัณฑ์", "Assistive devices and supplies",
        "health", "in_kind", "year", 8000, "person", 330, (1500, 3500, 6000), 30, ("1", "ชุด"),
    ),
    Programme(
        "edu-equity", _EDU, "ทุนเสมอภาคเพื่อการศึกษา", "Equitable education grant",
        "education", "cash", "year", 4200, "person", 300, (3000, 4200), weight=2.0,
    ),
    Programme(
        "edu-kit", _EDU, "ชุดอุปกรณ์และเครื่องแบบนักเรียน", "Learning kit and uniform",
        "education", "in_kind", "year", 2500, "person", 300, (800, 1500), 20, ("1", "ชุด"),
    ),
    Programme(
        "edu-outreach", _EDU, "ลงทะเบียนรับสิทธิเรียนฟรี", "Enrolment outreach",
        "accessibility", "training", "once", None, "family", 365, (), 2, ("1", "ครั้ง"), 0.7,
    ),
    Programme(
        "agri-input", _AGRI, "ปัจจัยการผลิตและเมล็ดพันธุ์", "Seed and inputs",
        "income", "in_kind", "year", 5000, "household", 300, (1500, 2500, 4000), 60, ("10", "กิโลกรัม"), 1.5,
    ),
    Programme(
        "agri-school", _AGRI, "โรงเรียนเกษตรกร", "Farmer field school",
        "income", "training", "year", None, "person", 300, (), 6, ("1", "หลักสูตร"), 0.7,
    ),
    Programme(
        "codi-house", _CODI, "บ้านพอเพียง", "Sufficient Home repair grants",
        "living", "in_kind", "once", 25000, "household", 1095, (15000, 18000, 25000), 60, ("1", "หลัง"), 1.5,
    ),
    Programme(
        "redcross-relief", _RED_CROSS, "ถุงยังชีพเหล่ากาชาด", "Red Cross relief kits",
        "living", "in_kind", "month", 1500, "household", 25, (700, 1000), 25, ("1", "ถุง"), 1.5,
    ),
    Programme(
        "redcross-patient", _RED_CROSS, "เงินช่วยเหลือผู้ป่วยยากไร้", "Aid for poor patients",
        "health", "cash", "year", 5000, "person", 300, (2000, 3000, 5000),
    ),
    *(programme for agency in _SAO for programme in _of_sao(agency)),
    *(programme for agency in _TEMPLES for programme in _of_temple(agency)),
    Programme(
        "silk-job", _COMPANIES[0], "สอนทอผ้าไหมพร้อมรับซื้อ", "Silk weaving course with purchase promise",
        "income", "training", "year", None, "person", 300, (), 10, ("1", "หลักสูตร"),
    ),
    Programme(
        "silk-scholarship", _COMPANIES[0], "ทุนการศึกษาบริษัท", "Company scholarship",
        "education", "cash", "year", 5000, "person", 300, (2000, 5000),
    ),
    Programme(
        "rice-input", _COMPANIES[1], "เมล็ดพันธุ์ข้าวหอมมะลิ", "Fragrant rice seed",
        "income", "in_kind", "year", 6000, "household", 300, (2000, 3000), 45, ("25", "กิโลกรัม"),
    ),
    Programme(
        "rice-house", _COMPANIES[1], "ซ่อมบ้านโดยพนักงานจิตอาสา", "House repair by staff volunteers",
        "living", "in_kind", "once", 20000, "household", 1095, (8000, 15000), 15, ("1", "หลัง"), 0.6,
    ),
)  # fmt: skip


def partner_events() -> list[dict[str, object]]:
    """The agencies and programmes as plain events, agencies first."""
    events: list[dict[str, object]] = [
        {
            "type": "agency.registered.v1",
            "agency_id": agency.id,
            "name_th": agency.name_th,
            "name_en": agency.name_en,
            "kind": agency.kind,
        }
        for agency in AGENCIES
    ]
    events.extend(
        {
            "type": "programme.registered.v1",
            "programme_id": programme.id,
            "agency_id": programme.agency.id,
            "name_th": programme.name_th,
            "name_en": programme.name_en,
            "need": programme.need,
            "kind": programme.kind,
            "period": programme.period,
            "cap_baht": programme.cap,
            "cap_scope": programme.scope,
            "minimum_interval_days": programme.interval,
        }
        for programme in PROGRAMMES
    )
    return events
