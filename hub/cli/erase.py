"""`hub erase`: nothing is kept of somebody, for ever."""

import contextlib

import click
from psycopg import AsyncConnection

from contracts.errors import InvalidInput
from hub import clock
from hub.cli.shared import Options, answer, run
from hub.demo.loading import own_projector
from hub.erasing.erase import Erased
from hub.erasing.erase import erase as erase_subject
from hub.erasing.plan import Kind, Wanted
from hub.intake.items import Delivery
from hub.opening import open_intake, prepare_hub
from hub.servers.stack import open_stack


@click.command()
@click.option(
    "--person", help="Id of a person, as a household shows it: in all records, with help given to them."
)
@click.option("--record", help="SOURCE:ITS-OWN-ID or a pseudonym: a record with everybody listed in it.")
@click.option(
    "--member", help="SEQUENCE:POSITION or a pseudonym: one person in one record, without the others."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def erase(
    options: Options, person: str | None, record: str | None, member: str | None, *, yes: bool, as_json: bool
) -> None:
    """Destroy the keys of somebody, so that nobody can ever read them again, and empty the tables of them.

    It cannot be taken back. `hub rebuild` has to follow within 24 hours. Cut short, it is ended by the projector; the same command again is harmless.
    """
    offered: tuple[tuple[Kind, str | None], ...] = (
        ("person", person),
        ("record", record),
        ("member", member),
    )
    given = [Wanted(kind=kind, ref=ref) for kind, ref in offered if ref is not None]
    if len(given) != 1:
        raise InvalidInput(
            "Name one of --person, --record, --member.", message_th="กรุณาระบุ --person, --record หรือ --member"
        )
    if not yes:
        click.confirm(f"Erase this {given[0].kind} for ever?", abort=True)
    settings = options.settings()

    async def work() -> Erased:
        async with open_stack(settings) as stack, contextlib.AsyncExitStack() as roles:
            if stack.origin == "private":
                await prepare_hub(settings, stack)
                await roles.enter_async_context(own_projector(settings, stack))
            now = clock.now()
            delivery = Delivery(province=settings.province, received_at=now, reported_at=now, actor="cli")
            async with (
                open_intake(settings, stack) as intake,
                await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
            ):
                return await erase_subject(intake, connection, given[0], delivery)

    found = run(work())
    answer(found, as_json=as_json, text=_tell(found))


def _tell(done: Erased) -> str:
    if done.sequence is None:
        return "Everything of this was erased before."
    lines = [
        f"Erased at event {done.sequence}: {done.members} listings in {done.records} records; {done.subjects} keys are destroyed."
    ]
    if done.shared:
        lines.append(
            f"{done.shared} of these keys sealed what others share: it named the person and cannot be read any more."
        )
    if done.rebuild_due:
        lines.append("Run `hub rebuild` within 24 hours: it removes what was inferred, and purges the files.")
    return "\n".join(lines)
