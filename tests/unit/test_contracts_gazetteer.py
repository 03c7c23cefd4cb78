"""Areas by code and by the names people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.gazetteer import load_gazetteer

AREAS = load_gazetteer()


def test_the_code_list_holds_the_province_its_amphoe_and_tambon() -> None:
    assert [
        sum(area.level == level for area in AREAS.areas.values())
        for level in ("province", "amphoe", "tambon")
    ] == [
        1,
        17,
        159,
    ]


@pytest.mark.parametrize(
    ("amphoe", "tambon", "found"),
    [
        ("เมืองสุรินทร์", "นอกเมือง", ("3201", "320111")),
        ("เมือง", "ต.นอกเมือง", ("3201", "320111")),
        ("อ.เมือง", "ตำบลเมืองที", ("3201", "320119")),
        ("อำเภอ ปราสาท", "ต. ทมอ", ("3205", "320502")),
        ("Khwao Sinarin", "", ("3216", None)),
        ("เขวาสินรินทร์", "เขวาสินรินทร์", ("3216", "321601")),
        ("ท่าตูม", "หนองบัว", ("3203", "320307")),
        ("ศีขรภูมิ", "หนองบัว", ("3209", "320906")),
        ("3205", "320502", ("3205", "320502")),
        ("", "ทมอ", ("3205", "320502")),
        ("เมือง\u200bสุรินทร์ ", "", ("3201", None)),
        ("", "", (None, None)),
        ("-", "-", (None, None)),
    ],
)
def test_an_area_is_found_by_its_names(amphoe: str, tambon: str, found: tuple) -> None:
    place = AREAS.by_names(amphoe, tambon)
    assert (place.amphoe, place.tambon) == found
    assert place.flags == ()


@pytest.mark.parametrize(
    ("amphoe", "tambon", "found"),
    [
        ("", "หนองบัว", None),
        ("", "ศรีสุข", None),
        ("เชียงใหม่", "ในเมือง", None),
        ("ท่าตูม", "ทมอ", "3203"),
        ("3205", "320101", "3205"),
        ("9999", "", None),
    ],
)
def test_what_is_not_sure_is_not_guessed(amphoe: str, tambon: str, found: str | None) -> None:
    place = AREAS.by_names(amphoe, tambon)
    assert (place.amphoe, place.tambon, place.flags) == (found, None, ("AREA_UNRESOLVED",))


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("3201020501", ("3201", "320102", 5, ())),
        ("32010205", ("3201", "320102", 5, ())),
        ("32010205.0", ("3201", "320102", 5, ())),
        ("3201020001", ("3201", "320102", None, ())),
        ("3201512001", ("3201", None, None, ("AREA_MUNICIPAL",))),
        ("3201490101", ("3201", None, None, ("AREA_UNRESOLVED",))),
        ("1101100101", (None, None, None, ("AREA_UNRESOLVED",))),
        ("3201", (None, None, None, ("AREA_UNRESOLVED",))),
        ("", (None, None, None, ())),
    ],
)
def test_a_village_code_names_its_tambon_and_moo(code: str, place: tuple) -> None:
    assert AREAS.by_village_id(code) == place


def test_every_tambon_is_found_by_the_names_of_the_list() -> None:
    for area in AREAS.areas.values():
        if area.level == "tambon":
            amphoe = AREAS.areas[area.code[:4]]
            assert AREAS.by_names(amphoe.name_th, area.name_th).tambon == area.code
            assert AREAS.by_names(f"อ.{amphoe.name_th}", f"ต.{area.name_th}").tambon == area.code
            assert AREAS.by_names(amphoe.name_en, area.name_en).tambon == area.code


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_an_area_or_none(amphoe: str, tambon: str) -> None:
    place = AREAS.by_names(amphoe, tambon)
    assert place.amphoe is None or place.amphoe in AREAS.areas
    assert AREAS.by_village_id(amphoe).moo is None or amphoe.strip()
