"""A private PostgreSQL with PostGIS in the data folder: made once, tuned for bulk projection, reached over loopback."""

import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from contracts.errors import Unavailable
from hub.servers.account import Account, database_account
from hub.servers.leftover import end_leftover
from hub.servers.paths import DataFolder, keep_secret
from hub.servers.ports import LOOPBACK
from hub.servers.process import Child
from hub.servers.programs import Postgres, find_postgres
from hub.settings import Secret

USER = "hub"
DATABASE = "hub"
PASSWORD = "postgres_password"  # noqa: S105 - the name of the secret, not the secret
EXTENSIONS = ("postgis", "btree_gist")

# Errors are answered to the client and not logged: their text and context quote rows, and rows are personal data.
CONFIGURATION = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = {port}
max_connections = 60
password_encryption = 'scram-sha-256'
shared_buffers = '{shared_buffers}'
work_mem = '32MB'
maintenance_work_mem = '256MB'
effective_cache_size = '2GB'
random_page_cost = 1.1
jit = off
wal_level = 'minimal'
max_wal_senders = 0
wal_compression = 'on'
max_wal_size = '4GB'
checkpoint_timeout = '15min'
synchronous_commit = on
fsync = {fsync}
full_page_writes = {fsync}
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = 'stderr'
logging_collector = off
log_checkpoints = off
log_min_messages = 'log'
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
log_line_prefix = ''
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PostgresPlan:
    """A cluster of one data folder at one port. `fsync=False` is for tests, whose clusters are thrown away."""

    folder: DataFolder
    port: int
    shared_buffers: str = "512MB"
    fsync: bool = True

    @property
    def cluster(self) -> Path:
        return self.folder.postgres / "cluster"

    @property
    def password(self) -> Secret:
        return keep_secret(self.folder, PASSWORD)

    def url(self, database: str = DATABASE) -> Secret:
        return address(LOOPBACK, self.port, self.password, database)


def address(host: str, port: int, password: Secret | None, database: str = DATABASE) -> Secret:
    """The URL of a private database; without a password it may be shown."""
    secret = f":{quote(password, safe='')}" if password else ""
    return Secret(f"postgresql://{USER}{secret}@{host}:{port}/{database}")


def postgres_child(plan: PostgresPlan) -> Child:
    """The server as a child: made if need be, freed from what a crash left behind, ready when it takes connections.

    Raises:
        Unavailable: PostgreSQL or PostGIS is missing, or cannot run in this folder.
    """
    programs = find_postgres(cluster_version(plan.cluster))
    plan.folder.postgres.mkdir(mode=0o700, exist_ok=True)
    account = database_account(plan.folder.postgres)

    def before_start() -> None:
        make_cluster(plan, programs, account)
        configure(plan, account)
        end_leftover(
            plan.cluster / "postmaster.pid", plan.cluster, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
        )

    async def is_ready() -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(plan.url("postgres"), connect_timeout=5)
        except psycopg.OperationalError:
            return False
        await connection.close()
        return True

    return Child(
        name="postgres",
        argv=account.command(programs.program("postgres"), "-D", str(plan.cluster)),
        folder=Path("/"),
        stop_signal=signal.SIGINT,  # fast shutdown: the default SIGTERM waits for every client to leave
        grace_seconds=30.0,
        ready_within_seconds=300.0,  # after a crash it first replays up to max_wal_size
        before_start=before_start,
        is_ready=is_ready,
    )


def cluster_version(cluster: Path) -> int | None:
    """The major version that made the cluster; None when there is no cluster yet."""
    with contextlib.suppress(FileNotFoundError):
        return int((cluster / "PG_VERSION").read_text("ascii"))
    return None


def make_cluster(plan: PostgresPlan, programs: Postgres, account: Account) -> None:
    """Makes the cluster unless it is there. One half made by a process that was killed is thrown away first."""
    if cluster_version(plan.cluster) is not None:
        return
    draft = plan.folder.postgres / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    password_file = plan.folder.postgres / "password"
    password_file.unlink(missing_ok=True)
    with os.fdopen(
        os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(plan.password)
    account.give(password_file)
    argv = account.command(
        programs.program("initdb"),
        f"--pgdata={draft}",
        f"--username={USER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        *(() if plan.fsync else ("--no-sync",)),
    )
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603
    password_file.unlink(missing_ok=True)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise Unavailable(
            f"The database cluster {plan.cluster} could not be made: {reason}", code="SERVER_START"
        )
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("include 'hub.conf'\n")
    draft.rename(plan.cluster)


def configure(plan: PostgresPlan, account: Account) -> None:
    path = plan.cluster / "hub.conf"
    fsync = "on" if plan.fsync else "off"
    path.write_text(
        CONFIGURATION.format(port=plan.port, shared_buffers=plan.shared_buffers, fsync=fsync),
        encoding="utf-8",
    )
    account.give(path)


async def create_database(plan: PostgresPlan, name: str = DATABASE) -> None:
    """Creates the database and its extensions where they are not there yet."""
    async with await psycopg.AsyncConnection.connect(plan.url("postgres"), autocommit=True) as connection:
        found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if await found.fetchone() is None:
            await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    async with await psycopg.AsyncConnection.connect(plan.url(name), autocommit=True) as connection:
        for extension in EXTENSIONS:
            statement = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            await connection.execute(statement)
