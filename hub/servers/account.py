"""The account a private PostgreSQL runs as. PostgreSQL refuses to run as root, so root lends it to another account.

When that account cannot enter the data folder (a parent is closed, as /root or a `mktemp -d` is), the process also
gets the one capability CAP_DAC_READ_SEARCH: enter and read, not write, and nothing else that root may.
"""

import dataclasses
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from contracts.errors import Unavailable

PREFERRED = ("postgres", "nobody")


@dataclasses.dataclass(frozen=True)
class Account:
    """How to run the database's programs: a command prefix, and who owns its files (None: we ourselves)."""

    prefix: tuple[str, ...]
    owner: tuple[int, int] | None

    def command(self, *argv: str) -> tuple[str, ...]:
        return (*self.prefix, *argv)

    def give(self, path: Path) -> None:
        """Makes the account the owner of `path`."""
        if self.owner is not None:
            os.chown(path, *self.owner)


def database_account(folder: Path) -> Account:
    """The account that can run a database in `folder`: its owner if that is not root, else one to whom it is given.

    Raises:
        Unavailable: We are root and no account can be used there.
    """
    if os.geteuid() != 0:
        return Account((), None)
    if shutil.which("setpriv") is None:
        raise Unavailable(
            "setpriv was not found; install util-linux, or run the hub as a normal user", code="NO_ACCOUNT"
        )
    now = folder.stat()
    uid, gid = (now.st_uid, now.st_gid) if now.st_uid else unprivileged_ids()
    plain = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    os.chown(folder, uid, gid)
    for prefix in (plain_prefix(plain), reading_prefix(plain)):
        if can_work(prefix, folder):
            return Account(prefix, (uid, gid))
    raise Unavailable(
        f"The database runs as another user than root, and that user cannot enter {folder}; choose a data folder that "
        f"all users may pass through, e.g. --data /var/lib/poverty-hub, or run the hub as a normal user",
        code="NO_ACCOUNT",
        message_th=f"ผู้ใช้ของฐานข้อมูลเข้าโฟลเดอร์ {folder} ไม่ได้ โปรดเลือกโฟลเดอร์อื่นด้วย --data",
    )


def plain_prefix(plain: tuple[str, ...]) -> tuple[str, ...]:
    return (*plain, "--inh-caps=-all", "--ambient-caps=-all")


def reading_prefix(plain: tuple[str, ...]) -> tuple[str, ...]:
    only = "-all,+dac_read_search"
    return (*plain, f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}")


def unprivileged_ids() -> tuple[int, int]:
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise Unavailable(
        "Neither a user postgres nor nobody exists; create one, or run as a normal user", code="NO_ACCOUNT"
    )


def can_work(prefix: tuple[str, ...], folder: Path) -> bool:
    """Whether a process started so can make and remove a file in the folder."""
    probe = folder / ".probe"
    script = 'umask 077; : > "$1" && rm -f "$1"'
    done = subprocess.run(  # noqa: S603 - the path is an argument, not part of the script
        [*prefix, "/bin/sh", "-c", script, "sh", str(probe)], capture_output=True, check=False, cwd="/"
    )
    return done.returncode == 0
