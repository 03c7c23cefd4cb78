"""The areas of the demo province: real codes and names, and invented weights and villages."""

import csv
import importlib.resources
import random
from collections.abc import Sequence
from dataclasses import dataclass

# Label points (longitude, latitude) of the 17 amphoe: docs, domain.md 4.3.
LABEL_POINTS: dict[str, tuple[float, float]] = {
    "3201": (103.543106, 14.914323),
    "3202": (103.369113, 15.382440),
    "3203": (103.677542, 15.310863),
    "3204": (103.601571, 15.133305),
    "3205": (103.432098, 14.628785),
    "3206": (103.573530, 14.468232),
    "3207": (103.907777, 15.335435),
    "3208": (103.784973, 15.195612),
    "3209": (103.785592, 14.951624),
    "3210": (103.793099, 14.542158),
    "3211": (103.690551, 14.716404),
    "3212": (103.951725, 15.032941),
    "3213": (103.969867, 14.483623),
    "3214": (103.319293, 14.433384),
    "3215": (103.899139, 14.793519),
    "3216": (103.619466, 15.013494),
    "3217": (103.910646, 15.199299),
}
PROVINCE = "32"
# Districts split off lately: old houses may still carry the mother district's registry.
MOTHER_REGISTRY = {"3214": "3206", "3215": "3210", "3216": "3201", "3217": "3207"}

_VILLAGE_HEADS = ("หนอง", "โนน", "โคก", "ตะ", "ดอน", "ห้วย", "สวาย", "ปราสาท", "นา", "กระ", "ตรำ", "บึง")
_VILLAGE_TAILS = (
    "ไผ่",
    "ยาง",
    "สะแก",
    "แวง",
    "สูง",
    "ขาม",
    "กลาง",
    "เหนือ",
    "ใหญ่",
    "น้อย",
    "สว่าง",
    "จาน",
    "ตาล",
    "แดง",
    "ไทร",
    "งาม",
    "คู",
    "มะเมียง",
)


@dataclass(frozen=True, slots=True)
class Area:
    """A province, amphoe or tambon: DOPA code of 2, 4 or 6 digits."""

    code: str
    name_th: str
    name_en: str
    postcode: str

    @property
    def level(self) -> str:
        return {2: "province", 4: "amphoe", 6: "tambon"}[len(self.code)]


def read_areas() -> dict[str, Area]:
    """All areas of the province by code, in file order."""
    source = importlib.resources.files("contracts").joinpath("data/areas_th32.csv")
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return {
        row["code"]: Area(row["code"], row["name_th"], row["name_en"], row["postcode"] or "") for row in rows
    }


def shares(total: int, codes: Sequence[str], weights: Sequence[float]) -> dict[str, int]:
    """Split `total` over the codes in proportion to the weights (largest remainder, ties by order)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    counts = [int(value) for value in exact]
    by_remainder = sorted(range(len(codes)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return dict(zip(codes, counts, strict=True))


def village_names(code: str, number: int, seed: int) -> list[str]:
    """`number` different invented village names of a tambon, in order of moo."""
    r = random.Random(f"{seed}/villages/{code}")
    pairs = [head + tail for head in _VILLAGE_HEADS for tail in _VILLAGE_TAILS]
    return r.sample(pairs, number)
