"""How often one key may come."""

import pytest

from contracts.errors import TooMany
from hub.api.limits import RateLimit
from hub.api.problems import answer_hub_error
from hub.auth import PUBLIC, Caller


def a_caller(key_id: str) -> Caller:
    return Caller(role="agency", rights=PUBLIC.rights, key_id=key_id)


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_key_that_comes_too_often_is_told_when_to_come_back_and_others_are_not_held_up() -> None:
    watch = Watch()
    limit = RateLimit(10, watch)
    for _ in range(20):
        limit.take(a_caller("a"))
    with pytest.raises(TooMany) as caught:
        limit.take(a_caller("a"), 15)
    assert caught.value.retry_after == 2
    limit.take(a_caller("b"), 20)
    watch.seconds = 2.0
    limit.take(a_caller("a"), 15)
    answer = answer_hub_error(None, caught.value)  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert caught.value.message_th != caught.value.message_en


def test_what_costs_more_than_a_bucket_holds_is_still_taken_once() -> None:
    watch = Watch()
    limit = RateLimit(1, watch)
    limit.take(a_caller("a"), 50)
    with pytest.raises(TooMany):
        limit.take(a_caller("a"), 50)
    watch.seconds = 50.0
    limit.take(a_caller("a"), 50)
