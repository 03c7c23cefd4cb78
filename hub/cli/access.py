"""`hub access`: who looked at personal data."""

import click
from psycopg import AsyncConnection

from contracts.times import to_text
from hub import auth
from hub.access_log import Compared, Row, beside, compare, list_readings, tell
from hub.cli.shared import Options, answer, run
from hub.log import open_log
from hub.servers.stack import open_stack


@click.command()
@click.option("--agency", help="Only readings that showed records of this agency.")
@click.option("--key", help="Only readings by this key.")
@click.option("--after", type=click.IntRange(0), default=0, help="Readings behind this number.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@click.option(
    "--verify",
    is_flag=True,
    help="Compare the table with the stream ACCESS instead; exit code 1 on a difference.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON value instead of text.")
@click.pass_obj
def access(
    options: Options,
    agency: str | None,
    key: str | None,
    after: int,
    limit: int,
    *,
    verify: bool,
    as_json: bool,
) -> None:
    """List who read personal data: when, which key, what, why, and of how many."""
    settings = options.settings()

    async def work() -> list[Row] | Compared:
        async with (
            open_stack(settings) as stack,
            await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
        ):
            await auth.ensure_access(connection)
            if not verify:
                return await list_readings(connection, agency=agency, key=key, after=after, limit=limit)
            async with open_log(stack.nats_servers) as log:
                readings = beside(log)
                await readings.ensure(replicas=settings.stream_replicas)
                while await tell(connection, readings, source=settings.province):
                    pass
                return await compare(connection, readings)

    found = run(work())
    if isinstance(found, Compared):
        text = f"{found.readings:,} readings in the stream, {found.untold:,} on their way, {len(found.changed):,} differ"
        answer(found, as_json=as_json, text=text)
        if found.changed:
            raise SystemExit(1)
        return
    answer(found, as_json=as_json, text="\n".join(map(_line, found)) or "Nobody has read personal data yet.")


def _line(row: Row) -> str:
    whose = ",".join(row.agencies) or "-"
    return f"{row.id:>6}  {to_text(row.read_at)}  {row.key_id:8}  {row.role:8}  {row.count:>6}  {row.what}  [{whose}]  {row.purpose}"
