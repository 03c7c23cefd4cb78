"""Where a hub keeps its state: one folder, laid out here and nowhere else.

DIR/lock        held while a process owns the servers        DIR/run.json   who that is, and where its servers listen
DIR/postgres/   the database cluster                         DIR/nats/      configuration and JetStream store
DIR/secrets/    passwords and keys, mode 600                 DIR/logs/      server logs of single commands
DIR/batches/    files that have arrived, sealed, until they are worked through
"""

import dataclasses
import errno
import os
import secrets
import stat
from pathlib import Path

from contracts.errors import Unavailable
from hub.settings import Secret


@dataclasses.dataclass(frozen=True)
class DataFolder:
    """The paths under one data folder."""

    root: Path

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def run_file(self) -> Path:
        return self.root / "run.json"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        return self.root / "nats"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def batches(self) -> Path:
        return self.root / "batches"

    def secret(self, name: str) -> Path:
        return self.root / "secrets" / name


def make_folder(folder: DataFolder) -> None:
    """Creates the folder. It can be passed through by the database's user but not listed; what is secret is closed.

    Raises:
        Unavailable: The folder cannot be made or written.
    """
    try:
        if not folder.root.exists():
            folder.root.mkdir(parents=True)
            folder.root.chmod(0o711)
        for closed in (folder.root / "secrets", folder.nats, folder.logs):
            closed.mkdir(mode=0o700, exist_ok=True)
            if not os.access(closed, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise Unavailable(
            f"The data folder {folder.root} cannot be used ({error.strerror}); choose another with --data DIR",
            code="DATA_FOLDER",
            message_th=f"ใช้โฟลเดอร์ข้อมูล {folder.root} ไม่ได้ โปรดเลือกโฟลเดอร์อื่นด้วย --data DIR",
        ) from error


def read_secret(folder: DataFolder, name: str) -> Secret:
    """The secret of that name.

    Raises:
        Unavailable: There is none, or it is not ours to read.
    """
    path = folder.secret(name)
    try:
        return Secret(path.read_text("ascii").strip())
    except OSError as error:
        raise Unavailable(
            f"The secret {path} cannot be read ({error.strerror}); run this as the user who started the hub, "
            f"or restore the folder from its backup",
            code="SECRET_MISSING",
            message_th=f"อ่านไฟล์ลับ {path} ไม่ได้",
        ) from error


def keep_secret(folder: DataFolder, name: str, *, hexadecimal: bool = False) -> Secret:
    """The secret of that name, made from 32 random bytes if there is none yet. Never replaced once made."""
    path = folder.secret(name)
    if not path.exists():
        text = secrets.token_hex(32) if hexadecimal else secrets.token_urlsafe(32)
        write_private(path, f"{text}\n")
    return read_secret(folder, name)


def write_private(path: Path, text: str) -> None:
    """Puts `text` at `path`, whole or not at all, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    mode = stat.S_IRUSR | stat.S_IWUSR
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
