import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Gone, InvalidInput
from hub.api.paging import Token, check_token, digest_question, read_token, write_token

MOMENT = dt.datetime(2023, 9, 30, 16, 59, 59, 999999, tzinfo=dt.UTC)
tokens = st.builds(
    Token,
    version=st.integers(1, 99),
    sequence=st.integers(0, 2**62),
    valid_at=st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)),
    final=st.booleans(),
    question=st.binary(min_size=8, max_size=8),
    after=st.lists(st.integers(-(2**62), 2**62) | st.text(max_size=20), max_size=4).map(tuple),
)


def a_token(**values) -> Token:
    given_ = {
        "version": 1,
        "sequence": 7,
        "valid_at": MOMENT,
        "final": False,
        "question": b"q" * 8,
        "after": (1,),
    }
    return Token(**(given_ | values))


@given(tokens)
def test_a_token_survives_its_text_and_needs_no_escaping_in_an_address(token: Token) -> None:
    text = write_token(token)
    assert read_token(text) == token
    assert all(sign.isalnum() or sign in "-_" for sign in text)


@given(st.text(max_size=60))
def test_any_other_text_is_refused_with_words(text: str) -> None:
    try:
        read_token(text)
    except InvalidInput as error:
        assert error.code == "BAD_TOKEN"
        assert error.path == "token"


def test_a_token_of_an_older_version_is_gone() -> None:
    with pytest.raises(Gone) as caught:
        check_token(a_token(version=1), question=b"q" * 8, version=2)
    assert caught.value.code == "TOKEN_OLD_VERSION"


def test_a_token_of_another_question_is_refused() -> None:
    with pytest.raises(InvalidInput, match="other filters"):
        check_token(a_token(), question=b"other---", version=1)


def test_questions_differ_by_what_is_asked_and_not_by_what_is_left_out() -> None:
    assert digest_question("a", {"x": 1, "y": None}) == digest_question("a", {"x": 1})
    assert digest_question("a", {"x": 1}) != digest_question("a", {"x": 2})
    assert digest_question("a", {"x": 1}) != digest_question("b", {"x": 1})
