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
            allow_rollup_hdrs=False,
            **PROMISED,  # pyright: ignore[reportArgumentType] - values of the fields they name
        )
        await jetstream.add_stream(promised)
        return
    for field, value in PROMISED.items():
        there = getattr(found, field)
        if (there or 0) != (value or 0):
            raise Conflict(
                f"The stream {name} has {field} = {there}, the hub needs {value}. It was not made by the hub; give the "
                "hub a server of its own.",
                code="STREAM_DIFFERS",
            )
    if found.allow_msg_ttl or found.allow_rollup_hdrs:
        raise Conflict(
            f"The stream {name} lets publishers remove messages; the hub refuses it.", code="STREAM_DIFFERS"
        )
