"""Ends the processes of a hub whose own process has gone without a word (kill -9, out of memory).

Run as a script with nothing but the standard library. Lines on standard input keep its list: `PROCESS-GROUP SIGNAL`
adds a group and the signal that stops it, `PROCESS-GROUP 0` removes one. When the input ends, or the parent is no
longer the parent, what is left on the list is stopped, and after `GRACE` seconds killed. It also holds the lock of the data folder
(an inherited descriptor), so that nobody else starts servers there before the old ones are gone.
"""

import os
import select
import signal
import sys
import time

GRACE = 10.0


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end_groups(follow(sys.stdin.fileno(), os.getppid()))


def follow(descriptor: int, parent: int) -> dict[int, int]:
    """The groups on the list when the parent was gone."""
    groups: dict[int, int] = {}
    rest = b""
    while os.getppid() == parent:
        readable, _, _ = select.select([descriptor], [], [], 0.5)
        if not readable:
            continue
        chunk = os.read(descriptor, 4096)
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            group, number = (int(word) for word in line.split())
            if number:
                groups[group] = number
            else:
                groups.pop(group, None)
    return groups


def end_groups(groups: dict[int, int]) -> None:
    """Stops the leaders, waits, kills whole groups."""
    for group, number in groups.items():
        send(group, number)
    deadline = time.monotonic() + GRACE
    while any(is_alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue


def send(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def is_alive(process: int) -> bool:
    """Whether it runs; one that ended and waits to be collected (a zombie) does not."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:  # noqa: PTH123 - this script starts faster without pathlib
            return file.read().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


if __name__ == "__main__":
    main()
