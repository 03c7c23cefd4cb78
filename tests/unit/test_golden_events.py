"""Every event type ever written has golden files: bytes that must stay readable for ever, never edited, only added."""

from pathlib import Path

import msgspec
import pytest

from contracts.events import decode_event, encode_event
from contracts.schema import event_types, type_name

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "events"
FILES = sorted(GOLDEN.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_event_is_read_and_written_the_same(path: Path) -> None:
    stored = path.read_bytes().removesuffix(b"\n")
    event = decode_event(stored)
    assert path.stem.startswith(type_name(type(event)))
    assert encode_event(event) == stored


def test_every_event_type_has_a_golden_file() -> None:
    written = {type_name(type(decode_event(path.read_bytes()))) for path in FILES}
    assert {type_name(kind) for kind in event_types()} == written


def test_an_unknown_type_is_refused() -> None:
    stored = FILES[0].read_bytes().replace(b".v1", b".v99")
    with pytest.raises(msgspec.ValidationError, match=r"Invalid value .*type"):
        decode_event(stored)


def test_an_instant_without_a_zone_is_refused() -> None:
    stored = (GOLDEN / "record.received.v1.json").read_bytes()
    assert b'"2022-11-11T17:00:00Z"' in stored
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        decode_event(stored.replace(b'"2022-11-11T17:00:00Z"', b'"2022-11-11T17:00:00"'))
