"""The fields of a PPPConnext household object and of its members (docs/sources.md)."""

from contracts.sources.contract import Column, ColumnNames

CAPITALS = ("human", "physical", "financial", "natural", "social")

COLUMNS = (
    Column(name="form_code", type="identifier", meaning_th="รหัสแบบสำรวจ", meaning_en="code of the form"),
    Column(
        name="surveyed_at",
        type="date",
        meaning_th="เวลาที่สำรวจ",
        meaning_en="when it was surveyed: happened_at",
        aliases=("surveyed_on",),
    ),
    Column(
        name="survey_year_be",
        type="year",
        meaning_th="ปีที่สำรวจ (พ.ศ.)",
        meaning_en="survey year, Buddhist era",
        aliases=("survey_year",),
    ),
    Column(name="survey_round", type="integer", meaning_th="รอบการสำรวจ", meaning_en="round within the year"),
    Column(
        name="period",
        type="choice",
        meaning_th="ก่อน/หลังโมเดล",
        meaning_en="before or after the model",
        values=("before", "after"),
    ),
    Column(name="model_name", meaning_th="โมเดลแก้จน", meaning_en="operating model"),
    Column(
        name="house_code",
        type="identifier",
        meaning_th="รหัสประจำบ้าน",
        meaning_en="house code",
        aliases=("hc", "house_id"),
    ),
    Column(
        name="green_book_id",
        type="identifier",
        meaning_th="เลขสมุดเขียว",
        meaning_en="number of the green book",
    ),
    Column(name="head_title", meaning_th="คำนำหน้าหัวหน้าครัวเรือน", meaning_en="title of the head"),
    Column(
        name="head_first",
        meaning_th="ชื่อหัวหน้าครัวเรือน",
        meaning_en="first name of the head",
        aliases=("head_first_name",),
    ),
    Column(
        name="head_last",
        meaning_th="สกุลหัวหน้าครัวเรือน",
        meaning_en="last name of the head",
        aliases=("head_last_name",),
    ),
    Column(
        name="head_citizen_id",
        type="identifier",
        meaning_th="เลขประจำตัวประชาชนหัวหน้าครัวเรือน",
        meaning_en="citizen id of the head",
    ),
    Column(name="house_no", meaning_th="บ้านเลขที่", meaning_en="house number"),
    Column(name="moo", type="integer", meaning_th="หมู่ที่", meaning_en="village number"),
    Column(name="village", meaning_th="หมู่บ้าน", meaning_en="village"),
    Column(name="alley", meaning_th="ซอย", meaning_en="alley"),
    Column(name="road", meaning_th="ถนน", meaning_en="road"),
    Column(name="subdistrict", meaning_th="ตำบล", meaning_en="tambon", aliases=("tambon", "sub_district")),
    Column(name="district", meaning_th="อำเภอ", meaning_en="amphoe", aliases=("amphoe",)),
    Column(name="province", meaning_th="จังหวัด", meaning_en="province"),
    Column(
        name="postcode",
        type="identifier",
        meaning_th="รหัสไปรษณีย์",
        meaning_en="postcode",
        aliases=("zipcode",),
    ),
    Column(
        name="lat",
        type="decimal",
        meaning_th="ละติจูด",
        meaning_en="latitude, free text",
        aliases=("latitude",),
    ),
    Column(
        name="lon",
        type="decimal",
        meaning_th="ลองจิจูด",
        meaning_en="longitude, free text",
        aliases=("longitude", "lng", "long"),
    ),
    Column(
        name="n_registered", type="integer", meaning_th="จำนวนสมาชิกตามทะเบียน", meaning_en="registered members"
    ),
    Column(name="n_living", type="integer", meaning_th="จำนวนสมาชิกที่อยู่จริง", meaning_en="members living there"),
    Column(
        name="n_registered_absent", type="integer", meaning_th="มีชื่อแต่ไม่อยู่", meaning_en="registered but absent"
    ),
    Column(
        name="n_unregistered_present",
        type="integer",
        meaning_th="อยู่แต่ไม่มีชื่อ",
        meaning_en="present but unregistered",
    ),
    Column(
        name="scores",
        type="object",
        meaning_th="คะแนนทุน 5 ด้าน (1-4)",
        meaning_en="scores of the five capitals, 1-4",
        values=CAPITALS,
    ),
    Column(
        name="components",
        type="object",
        meaning_th="คะแนนองค์ประกอบของทุน (1-4)",
        meaning_en="scores of capital components, 1-4",
    ),
    Column(name="score_mean", type="decimal", meaning_th="คะแนนเฉลี่ย", meaning_en="mean score"),
    Column(
        name="level",
        type="integer",
        meaning_th="ระดับความยากจน (1-4)",
        meaning_en="poverty level, 1 hardest",
        values=("1", "2", "3", "4"),
    ),
    Column(name="members", type="list", meaning_th="สมาชิกครัวเรือน", meaning_en="the members", required=True),
)
MEMBER_COLUMNS = (
    Column(name="title", meaning_th="คำนำหน้า", meaning_en="title", aliases=("prefix",)),
    Column(name="first_name", meaning_th="ชื่อ", meaning_en="first name", aliases=("fname",)),
    Column(name="last_name", meaning_th="นามสกุล", meaning_en="last name", aliases=("lname",)),
    Column(
        name="sex",
        type="choice",
        meaning_th="เพศ",
        meaning_en="sex",
        aliases=("gender",),
        values=("ชาย", "หญิง"),
    ),
    Column(
        name="citizen_id",
        type="identifier",
        meaning_th="เลขประจำตัวประชาชน",
        meaning_en="citizen id, - for none",
        aliases=("pid",),
    ),
    Column(
        name="birth",
        type="date",
        meaning_th="วันเกิด",
        meaning_en="date of birth",
        aliases=("birth_date", "dob"),
    ),
    Column(
        name="age_years",
        type="integer",
        meaning_th="อายุ (ปี)",
        meaning_en="age in years",
        aliases=("age_yaer", "age_year"),
    ),
    Column(name="age_months", type="integer", meaning_th="อายุ (เดือน)", meaning_en="months beyond the years"),
    Column(name="relation", meaning_th="ความสัมพันธ์กับหัวหน้าครัวเรือน", meaning_en="relation to the head"),
    Column(name="health", meaning_th="สุขภาพ", meaning_en="health in words"),
    Column(name="education", meaning_th="การศึกษา", meaning_en="education in words"),
    Column(
        name="income_baht",
        type="decimal",
        meaning_th="รายได้ (บาท)",
        meaning_en="income in baht",
        aliases=("agv_income", "avg_income"),
    ),
    Column(name="expense_baht", type="decimal", meaning_th="รายจ่าย (บาท)", meaning_en="expenses in baht"),
    Column(name="welfare", type="list", meaning_th="สวัสดิการที่ได้รับ", meaning_en="welfare received"),
    Column(
        name="still_poor",
        type="flag",
        meaning_th="ยังยากจน",
        meaning_en="still poor",
        values=("true", "false"),
    ),
)
WELFARE_COLUMNS = (
    Column(name="kind", meaning_th="ประเภทสวัสดิการ", meaning_en="kind of welfare"),
    Column(name="amount_baht", type="decimal", meaning_th="จำนวนเงิน (บาท)", meaning_en="amount in baht"),
    Column(name="frequency", meaning_th="ความถี่", meaning_en="how often", aliases=("frequncy",)),
)
SCORE_COLUMNS = tuple(
    Column(
        name=name,
        type="decimal",
        meaning_th=f"คะแนนทุน {name}",
        meaning_en=f"score of {name} capital",
        aliases=("economic", "ทุนทางเศรษฐกิจ") if name == "financial" else (),
    )
    for name in CAPITALS
)
NESTED = frozenset(("scores", "components", "members"))
NAMES = ColumnNames(COLUMNS)
MEMBER_NAMES = ColumnNames(MEMBER_COLUMNS)
WELFARE_NAMES = ColumnNames(WELFARE_COLUMNS)
SCORE_NAMES = ColumnNames(SCORE_COLUMNS)
SCALARS = frozenset(column.name for column in COLUMNS) - NESTED
MEMBER_SCALARS = frozenset(column.name for column in MEMBER_COLUMNS) - {"welfare"}
HEAD_COLUMNS = ("head_title", "head_first", "head_last", "head_citizen_id")
HOUSE_TEXTS = tuple(column.name for column in COLUMNS if column.name not in NESTED)
HOUSE_ATTRIBUTES = (
    "survey_round",
    "period",
    "model_name",
    "green_book_id",
    "postcode",
    "n_registered",
    "n_living",
    "n_registered_absent",
    "n_unregistered_present",
)
MEMBER_ATTRIBUTES = ("age_years", "age_months", "health", "education", "expense_baht", "still_poor")
