"""The stream EVENTS: made as promised, and refused when it is not as promised."""

from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StoreCompression, StreamConfig
from nats.js.errors import NotFoundError

from contracts.errors import Conflict

EVENTS = "EVENTS"
PREFIX = "events"
DUPLICATE_WINDOW_SECONDS = 120.0

PROMISED: dict[str, object] = {
    "retention": RetentionPolicy.LIMITS,
    "storage": StorageType.FILE,
    "discard": DiscardPolicy.NEW,
    "deny_delete": True,
    "deny_purge": True,
    "allow_atomic": True,
    "allow_direct": True,
    "compression": StoreCompression.S2,
    "max_age": 0,
    "max_msgs": -1,
    "max_bytes": -1,
    "max_msgs_per_subject": -1,
    "max_msg_size": -1,
    "discard_new_per_subject": False,
    "allow_rollup_hdrs": False,
    "allow_msg_ttl": False,
    "no_ack": False,
    "sealed": False,
}
"""Nothing expires, nothing is dropped, nothing can be deleted (event-log rules, section 3)."""


async def ensure_stream(
    jetstream: JetStreamContext, *, name: str = EVENTS, prefix: str = PREFIX, replicas: int = 1
) -> None:
    """Make the stream, or check the one that is there. Raises Conflict for one that would not keep the promises."""
    try:
        found = (await jetstream.stream_info(name)).config
    except NotFoundError:
        promised = StreamConfig(
            name=name,
            subjects=[f"{prefix}.>"],
            num_replicas=replicas,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
            **PROMISED,  # pyright: ignore[reportArgumentType] - values of the fields they name
        )
        await jetstream.add_stream(promised)
        return
    for field, value in (*PROMISED.items(), ("subjects", [f"{prefix}.>"])):
        there = getattr(found, field)
        if (there or 0) != (value or 0):
            raise _differs(name, field, there, value)
    if (found.num_replicas or 1) < replicas:
        raise _differs(name, "num_replicas", found.num_replicas, replicas)


def _differs(name: str, field: str, there: object, promised: object) -> Conflict:
    return Conflict(
        f"The stream {name} has {field} = {there}, the hub needs {promised}. Change the stream, or give the hub a server of its own.",
        message_th=f"สตรีม {name} มีค่า {field} = {there} แต่ระบบต้องการ {promised} กรุณาแก้ไข หรือใช้เซิร์ฟเวอร์ NATS แยกต่างหาก",
        code="STREAM_DIFFERS",
    )
