"""`hub up` and `hub gatekeeper`: the roles together, and the one that answers over NATS."""

import asyncio
import sys
from pathlib import Path

import click

from hub.cli.demo import fill_if_empty
from hub.cli.shared import Options, run, until_signal
from hub.demo.keys import demo_keys
from hub.gatekeeper import keep_gate
from hub.opening import open_intake, prepare_hub
from hub.servers.process import Child
from hub.servers.stack import Stack, open_stack
from hub.settings import Settings
from hub.supervisor import supervise

DEFAULT_HOUSEHOLDS = 5000


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the web page and API. [8080]")
@click.option("--host", help="Address to listen on. [127.0.0.1]")
@click.option(
    "--households",
    type=click.IntRange(1, 899_999),
    default=DEFAULT_HOUSEHOLDS,
    show_default=True,
    help="Size of the demo province.",
)
@click.option("--no-demo", is_flag=True, help="Start empty: no demo data, no demo keys.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the demo province.")
@click.option(
    "--boundaries",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Boundary file for the demo instead of approximate polygons.",
)
@click.pass_obj
def up(
    options: Options,
    port: int | None,
    host: str | None,
    households: int,
    seed: int,
    boundaries: Path | None,
    *,
    no_demo: bool,
) -> None:
    """Run a whole hub: servers, projector and API; loads a demo province when the store is empty. Ctrl-C stops it all."""
    settings = options.settings("up", host=host, port=port)

    async def before(stack: Stack) -> None:
        await prepare_hub(settings, stack)
        if not no_demo:
            await fill_if_empty(settings, stack, households=households, seed=seed, boundaries=boundaries)

    async def after(_stack: Stack) -> None:
        click.echo(_welcome(settings))

    children = [
        _child("projector", "project"),
        _child("gatekeeper", "gatekeeper"),
        _child("api", "serve", ready=settings),
    ]
    run(supervise(settings, children, before=before, after=after))


def _child(name: str, command: str, *, ready: Settings | None = None) -> Child:
    argv = (sys.executable, "-m", "hub", command)
    if ready is None:
        return Child(name=name, argv=argv)

    async def is_ready() -> bool:
        try:
            _, writer = await asyncio.open_connection(_reachable(ready.host), ready.port)
        except OSError:
            return False
        writer.close()
        return True

    return Child(name=name, argv=argv, is_ready=is_ready)


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - a comparison, nothing is bound


def _welcome(settings: Settings) -> str:
    base = f"http://{_reachable(settings.host)}:{settings.port}"
    lines = [
        "",
        f"The hub is ready:  {base}/            map and overview (Thai; ?lang=en for English)",
        f"                   {base}/schema      API description",
        f"                   {base}/ogc/        layers for QGIS, ArcGIS and GDAL",
    ]
    keys = demo_keys(settings.data_dir)
    if keys:
        lines.append("Demo keys (header X-API-Key), also in demo-keys.json of the data folder:")
        lines += [f"  {role:8} {key}" for role, key in keys.items()]
    lines.append("Ctrl-C stops everything.")
    return "\n".join(lines)


@click.command()
@click.pass_obj
def gatekeeper(options: Options) -> None:
    """Run the gatekeeper alone: answers what agencies publish on `in.<agency>.>`."""
    settings = options.settings("gatekeeper")

    async def work() -> None:
        async with open_stack(settings) as stack, open_intake(settings, stack) as intake:
            client = intake.log.client
            await keep_gate(intake, client, province=settings.province, replicas=settings.stream_replicas)

    run(until_signal(work()))
