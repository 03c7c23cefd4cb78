"""Names of made-up people: PyThaiNLP's lists, read when generating, and names with a local flavour."""

import itertools
import random
import re
from bisect import bisect
from collections.abc import Iterable, Sequence

from pythainlp.corpus import thai_family_names, thai_female_names, thai_male_names

_PLAIN = re.compile("[ก-๎]{2,14}")
_LOCAL_SHARE = 0.3
_ZIPF_OFFSET = 25.0

# Common in the Isan, Khmer and Kuy speaking villages; word material only, nobody's full name.
_LOCAL_MALE = [
    "บุญมี",
    "บุญมา",
    "คำพันธ์",
    "คำมูล",
    "สมหมาย",
    "สมบัติ",
    "ทองดี",
    "ทองใบ",
    "ทองคำ",
    "สุดใจ",
    "เลื่อน",
    "เสมอ",
    "เสริม",
    "จันทา",
    "สีดา",
    "บัวลา",
    "เคน",
    "หมื่น",
    "จำปา",
    "ประสิทธิ์",
    "สงวน",
    "วิชัย",
    "ณรงค์",
    "บรรจง",
    "เปรม",
    "เปรียม",
    "เสือ",
    "ซอม",
    "เยือม",
    "เจียม",
    "ชิต",
    "โชน",
    "เมือน",
    "เรือน",
    "โสม",
    "เสรย",
    "มาน",
    "ตุม",
    "เกียว",
    "ธีร์",
    "พงษ์ศักดิ์",
    "สุรศักดิ์",
    "สุพรรณ",
    "ประเสริฐ",
    "คำผาย",
    "ผาย",
    "สอน",
    "หอม",
    "โฮม",
    "บัวผัน",
    "เหลือม",
    "ชม",
    "เพียร",
    "เฉลิม",
    "สำเรือง",
    "สำเริง",
    "สำรอง",
    "เชิด",
]
_LOCAL_FEMALE = [
    "บุญมี",
    "บัวลี",
    "บัวผัน",
    "คำปุ่น",
    "คำมี",
    "คำหล้า",
    "ทองม้วน",
    "ทองใส",
    "สุดตา",
    "สมใจ",
    "สมศรี",
    "จันทร์เพ็ญ",
    "จันทร์ดี",
    "สีนวล",
    "สายบัว",
    "เสงี่ยม",
    "ละออง",
    "ละมัย",
    "สำรวย",
    "สำลี",
    "สำเนียง",
    "หนูพิณ",
    "หนูเกณฑ์",
    "เพียร",
    "เจียม",
    "เจือม",
    "เยียน",
    "เมียน",
    "เรียม",
    "เอือม",
    "ซ่อนกลิ่น",
    "ณัฐพร",
    "ศิริพร",
    "พรทิพย์",
    "รัตนา",
    "กัญญา",
    "วาสนา",
    "ประนอม",
    "มะลิ",
    "มะลิวรรณ",
    "เสริญ",
    "เสาร์",
    "ทุเรียน",
    "พุฒ",
    "พิศ",
    "สวาท",
    "สวิง",
    "บุญเรือน",
    "บุญเรียม",
    "แก้ว",
    "แสงจันทร์",
    "น้ำฝน",
    "น้ำผึ้ง",
]
_LOCAL_FAMILY_HEADS = [
    "บุญ",
    "ทอง",
    "แสง",
    "สุข",
    "สาย",
    "จันทร์",
    "แก้ว",
    "เจริญ",
    "พูน",
    "ศรี",
    "ยอด",
    "งาม",
    "ดี",
    "ใจ",
    "สม",
    "คง",
    "เกษ",
    "มณี",
    "ณรงค์",
]
_LOCAL_FAMILY_TAILS = [
    "เลิศ",
    "มาก",
    "ดี",
    "งาม",
    "สุข",
    "ศรี",
    "ทวี",
    "เกิด",
    "กล้า",
    "พงษ์",
    "วงศ์",
    "เหลา",
    "ตา",
    "มี",
    "หวัง",
    "ชัย",
    "ลอย",
    "ประโคน",
    "ตรง",
    "สำราญ",
]
_LOCAL_FAMILY_ALONE = [
    "ยืนยง",
    "เพชรประโคน",
    "เสาวพันธ์",
    "สมานสวน",
    "นิสัยกล้า",
    "ศาลางาม",
    "สุขสำโรง",
    "ตาประโคน",
    "สนามพล",
    "อินทร์แก้ว",
    "เครือจันทร์",
    "กระแสโท",
    "ดวงศรี",
    "ผลเจริญ",
    "ระงับใจ",
    "หมายสุข",
    "ทรัพย์มาก",
    "ชาวนา",
    "จงใจงาม",
    "เพ็งแจ่ม",
    "สะใบงาม",
    "ปรือปรัง",
    "โสรถาวร",
]


class WeightedNames:
    """Names in a fixed order of popularity, drawn by a Zipf law."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._limits = list(itertools.accumulate(1.0 / (rank + _ZIPF_OFFSET) for rank in range(len(names))))
        self._total = self._limits[-1]

    def draw(self, r: random.Random) -> str:
        return self._names[bisect(self._limits, r.random() * self._total)]


class NamePool:
    """First and family names of the demo province."""

    def __init__(self, seed: int) -> None:
        families = [
            head + tail for head in _LOCAL_FAMILY_HEADS for tail in _LOCAL_FAMILY_TAILS if head != tail
        ]
        self._male = _ranked(thai_male_names(), f"{seed}/male")
        self._female = _ranked(thai_female_names(), f"{seed}/female")
        self._family = _ranked(thai_family_names(), f"{seed}/family")
        self._local_male = _ranked(_LOCAL_MALE, f"{seed}/local-male")
        self._local_female = _ranked(_LOCAL_FEMALE, f"{seed}/local-female")
        self._local_family = _ranked([*families, *_LOCAL_FAMILY_ALONE], f"{seed}/local-family")

    def first(self, r: random.Random, sex: str) -> str:
        local = r.random() < _LOCAL_SHARE
        if sex == "m":
            return (self._local_male if local else self._male).draw(r)
        return (self._local_female if local else self._female).draw(r)

    def family(self, r: random.Random) -> str:
        return (self._local_family if r.random() < _LOCAL_SHARE else self._family).draw(r)


def _ranked(names: Iterable[str], seed: str) -> WeightedNames:
    ordered = sorted({name for name in names if _PLAIN.fullmatch(name)})
    random.Random(seed).shuffle(ordered)
    return WeightedNames(ordered)
