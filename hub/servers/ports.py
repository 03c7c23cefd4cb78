"""Free TCP ports for private servers."""

import random
import socket

from contracts.errors import Unavailable

# Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that none of those
# sits on a server's port while that server is being restarted.
RANGE = range(20_000, 32_000)
LOOPBACK = "127.0.0.1"


def choose_port() -> int:
    """A port of the loopback address on which nothing listens now."""
    for port in random.SystemRandom().sample(RANGE, 200):
        if is_free(LOOPBACK, port):
            return port
    raise Unavailable(
        f"No free port was found from {RANGE.start} to {RANGE.stop} on {LOOPBACK}", code="NO_FREE_PORT"
    )


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_free(host: str, port: int) -> None:
    """Raises Unavailable when a server could not listen there."""
    if not is_free(host, port):
        raise Unavailable(
            f"Port {port} of {host} is taken by another program; choose another with --port",
            code="PORT_TAKEN",
            message_th=f"พอร์ต {port} มีโปรแกรมอื่นใช้อยู่ โปรดเลือกพอร์ตอื่นด้วย --port",
        )
