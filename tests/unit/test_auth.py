import pytest

from contracts.errors import Forbidden, Unauthorized
from hub.auth import KEY_ROLES, PUBLIC, RIGHTS, Caller


def a_caller(role, **values) -> Caller:
    return Caller(role=role, rights=RIGHTS[role], key_id="0a1b2c3d", **values)


def test_the_rights_are_those_of_the_table_in_semantics() -> None:
    assert RIGHTS["public"] == frozenset()
    assert RIGHTS["agency"] == {"overview", "own", "publish"}
    assert [role for role in KEY_ROLES if "personal" in RIGHTS[role]] == ["steward", "auditor", "admin"]
    assert [role for role in KEY_ROLES if "points" in RIGHTS[role]] == ["gis", "steward", "auditor", "admin"]
    assert [role for role in KEY_ROLES if "publish" in RIGHTS[role]] == ["agency", "admin"]
    assert [role for role in KEY_ROLES if "keys" in RIGHTS[role]] == ["admin"]
    assert all("overview" in RIGHTS[role] for role in KEY_ROLES)


def test_without_a_key_the_answer_is_that_a_key_is_needed() -> None:
    with pytest.raises(Unauthorized) as caught:
        PUBLIC.require("households")
    assert caught.value.code == "KEY_NEEDED"
    assert PUBLIC.is_public
    assert not PUBLIC.may_see_points


def test_a_key_without_the_right_is_told_which_right_it_lacks() -> None:
    with pytest.raises(Forbidden, match="'personal'"):
        a_caller("gis").require("personal")
    a_caller("gis").require("points")


def test_callers_of_one_kind_share_answers_and_others_do_not() -> None:
    kinds = {
        PUBLIC.kind,
        a_caller("gis").kind,
        a_caller("gis", areas=("3201",)).kind,
        a_caller("agency", agency="psm").kind,
    }
    assert len(kinds) == 4
    assert a_caller("gis").kind == Caller(role="gis", rights=RIGHTS["gis"], key_id="ffffffff").kind
