"""What erasing promises: nobody is read any more, the others stay, the log does not change, and a crash on the way is made good."""

import dataclasses
import json
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from contracts.errors import HubError, InvalidInput, NotFound
from contracts.events import SubjectErased, decode_event
from contracts.ids import citizen_pseudonym, record_pseudonym
from contracts.sources import thaiqm
from hub.erasing import erase as erasing
from hub.erasing.erase import erase, settle
from hub.erasing.plan import Wanted
from hub.intake import kept
from hub.intake.items import Delivery, record_item
from hub.rebuilding import rebuild
from hub.verifying import verify
from projections import version as versions
from tests.contract_rows import OTHER_VALID_ID, VALID_ID, a_context, a_thaiqm_row, a_tpmap_row, rows
from tests.fixtures.intake import PSEUDONYM_KEY, OpenIntake
from tests.integration.test_intake import NOW, a_file, an_action, send, take

DELIVERY = Delivery(province="32", received_at=NOW, actor="test")
GONE, STAYS = "ลับแล", "อยู่ต่อ"


@dataclasses.dataclass
class Erasing:
    """An intake with a family, and a connection that erases."""

    opened: OpenIntake
    connection: AsyncConnection

    async def rows(self, query: str, *values: object) -> list[tuple]:
        live = await versions.fetch_live(self.connection.cursor())
        async with await AsyncConnection.connect(self.opened.database_url, autocommit=True) as connection:
            await versions.use_schema(connection, live.schema_name)
            return await (await connection.execute(query, values)).fetchall()

    async def everything(self) -> str:
        """All rows of all tables of every projection version, of the ledger and of the vault, as text."""
        found = []
        cursor = await self.connection.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
            " WHERE table_schema LIKE 'view_v%' OR table_schema IN ('intake', 'vault', 'access', 'projection')"
        )
        for (table,) in await cursor.fetchall():
            rows = await self.connection.execute(f"SELECT t::text FROM {table} AS t")
            found += [row[0] for row in await rows.fetchall()]
        return "\n".join(found)

    async def erase(self, kind: str, ref: str):
        """Erase while a projector works beside it."""
        wanted = Wanted(kind=kind, ref=ref)
        return await erase(self.opened.intake, self.connection, wanted, DELIVERY)

    async def person_of(self, member: str) -> str:
        ((found,),) = await self.rows(
            "SELECT person_id FROM member WHERE pseudonym = %s", bytes.fromhex(member)
        )
        return str(found)


@pytest_asyncio.fixture(loop_scope="session")
async def family(opened: OpenIntake, tmp_path: Path, monkeypatch) -> AsyncGenerator[Erasing]:
    """Two people in one house of TPMAP, the first also the head at Thai QM and helped; all of it projected."""
    await take(opened, a_family(tmp_path / "a.csv"))
    await opened.intake.submit([thaiqm_item()])
    (answer,) = await send(opened, an_action(recipient_name=f"นายสมชาย {GONE}", description="หลังคารั่ว"))
    assert answer.status == "accepted", answer
    await opened.project()
    wait = erasing.wait_until_projected

    async def project_and_wait(connection, sequence, **more):
        await opened.project()
        return await wait(connection, sequence, **more)

    monkeypatch.setattr(erasing, "wait_until_projected", project_and_wait)
    async with await AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        yield Erasing(opened, connection)


def a_family(path: Path, **changes) -> Path:
    first = a_tpmap_row(citizen_id=VALID_ID, first_name="สมชาย", last_name=GONE, **changes)
    second = a_tpmap_row(
        citizen_id=OTHER_VALID_ID,
        first_name="สมหญิง",
        last_name=STAYS,
        title="นาง",
        relation="คู่สมรส",
        **changes,
    )
    return a_file(path, first, second)


def thaiqm_item(note: str = "", year: str = "2566"):
    cells = a_thaiqm_row(
        **{
            thaiqm.HEAD_ID: VALID_ID,
            thaiqm.HEAD_NAME: f"นายสมชาย {GONE}",
            thaiqm.NOTE: note,
            thaiqm.YEAR: year,
            thaiqm.SURVEYED_ON: f"01/03/{year}",
        }
    )
    context = msgspec.structs.replace(a_context(), pseudonym_key=PSEUDONYM_KEY)
    record = thaiqm.CONTRACT.build(rows(cells), context)
    return record_item(record, DELIVERY, PSEUDONYM_KEY, row=1)


async def first_member(opened: OpenIntake) -> str:
    (stored,) = await opened.intake.log.fetch([1])
    return decode_event(stored.data).data.members[0].member


async def stored_bytes(opened: OpenIntake) -> list[bytes]:
    last = await opened.intake.log.last_sequence()
    return [one.data for one in await opened.intake.log.fetch(range(1, last + 1))]


async def test_a_person_is_nowhere_afterwards_and_the_family_stays(family: Erasing, tmp_path: Path) -> None:
    opened = family.opened
    before, log_before = await family.everything(), await stored_bytes(opened)
    assert GONE in before
    assert VALID_ID in before
    done = await family.erase("person", await family.person_of(await first_member(opened)))
    assert (done.members, done.records, done.shared) == (2, 2, 0), "nothing shared names the person"
    assert (done.projected, done.rebuild_due) == (True, True)
    after = await family.everything()
    assert GONE not in after
    assert VALID_ID not in after
    assert "หลังคารั่ว" not in after, "free text about help goes with the person"
    assert STAYS in after
    assert OTHER_VALID_ID in after
    assert (await stored_bytes(opened))[: len(log_before)] == log_before
    ((house,),) = await family.rows(
        "SELECT document -> 'house' ->> 'record_key' FROM record_version JOIN record USING (record) WHERE source = 'thaiqm'"
    )
    assert house.endswith("|"), "of the key of Thai QM the part that names the head is gone"
    ((help_, amount),) = await family.rows("SELECT help, amount_satang FROM action_state")
    assert (help_, amount) == (None, 50_000), "that help was given stays"


async def test_a_rebuild_says_the_same_and_ends_what_is_due(family: Erasing) -> None:
    opened = family.opened
    await family.erase("person", await family.person_of(await first_member(opened)))

    async def documents() -> list[tuple]:
        return await family.rows("SELECT sequence, document::text FROM record_version ORDER BY sequence")

    live = await documents()
    done = await rebuild(opened.database_url, opened.intake.log, opened.intake.vault, lambda *_: None)
    assert (done.outcome, done.after_erasure) == ("switched", True)
    assert [(s, json.loads(d)) for s, d in await documents()] == [(s, json.loads(d)) for s, d in live]
    known = await versions.fetch_live(family.connection.cursor())
    assert known.erased > 0
    assert not known.rebuild_is_due
    assert GONE not in await family.everything()


async def test_hashes_of_events_stand_and_the_sections_count_as_erased(family: Erasing) -> None:
    opened = family.opened
    await family.erase("person", await family.person_of(await first_member(opened)))
    found = await verify(family.connection, opened.intake.log, opened.intake.vault, lambda *_: None)
    assert (found.faults, found.erased) == (0, 3), "two listings and one action"


async def test_whoever_was_erased_is_not_taken_in_again_not_even_by_another_source(
    family: Erasing, tmp_path: Path
) -> None:
    opened = family.opened
    await family.erase("person", await family.person_of(await first_member(opened)))
    again = await take(opened, a_family(tmp_path / "b.csv", house_no="77"))
    assert [error.code for error in again.first_errors] == ["ERASED"]
    elsewhere = a_tpmap_row(house_id="32019999999", first_name="สมชาย", last_name=GONE)
    moved = await take(opened, a_file(tmp_path / "c.csv", elsewhere))
    assert [error.code for error in moved.first_errors] == ["ERASED"], "the same citizen id in another house"
    (answer,) = await opened.intake.submit([thaiqm_item(year="2567")])
    assert answer.status == "erased"
    (answer,) = await send(opened, an_action(action_id="A2"))
    assert answer.status == "erased"
    await opened.project()
    assert GONE not in await family.everything()


async def test_one_member_goes_from_one_record_without_the_others(family: Erasing) -> None:
    opened = family.opened
    ((sequence, position),) = [(1, 0)]
    done = await family.erase("member", f"{sequence}:{position}")
    assert (done.members, done.records, done.subjects) == (1, 1, 1)
    ((first, second),) = await family.rows(
        "SELECT document -> 'members' -> 0 -> 'member', document -> 'members' -> 1 -> 'member' ->> 'last_name'"
        " FROM record_version WHERE sequence = 1"
    )
    assert (first, second) == (None, STAYS)
    assert VALID_ID in await family.everything(), "the other record of this person was not meant"
    again = await family.erase("member", await first_member(opened))
    assert again.sequence is None, "erased before"


async def test_rows_that_wait_to_be_mended_are_not_kept_of_the_records_of_an_erased_member(
    family: Erasing,
) -> None:
    opened, kept_of = family.opened, {"tpmap": "mended", "another": "untouched"}
    ((pseudonym,),) = await family.rows("SELECT encode(pseudonym, 'hex') FROM record WHERE source = 'tpmap'")
    for number, (name, text) in enumerate(kept_of.items(), 1):
        key = bytes.fromhex(pseudonym) if name == "tpmap" else b"another"
        row = kept.ToKeep(
            row=number, numbers=(number,), status="quarantined", errors=(), cells=({"name": text},), key=key
        )
        sealed = await kept.seal_rows(
            family.connection, opened.intake.vault, lambda: os.urandom(12), "batch", [row]
        )
        await kept.put(family.connection, sealed)
    await family.erase("member", await first_member(opened))
    cursor = await family.connection.execute(
        "SELECT state, box IS NULL FROM intake.rejected WHERE batch = 'batch' ORDER BY row_number"
    )
    assert await cursor.fetchall() == [("erased", True), ("open", False)]


async def test_a_record_goes_with_everybody_in_it(family: Erasing) -> None:
    key = (
        await family.rows(
            "SELECT document -> 'house' ->> 'record_key' FROM record_version WHERE sequence = 1"
        )
    )[0][0]
    done = await family.erase("record", f"tpmap:{key}")
    assert (done.records, done.members) == (1, 2)
    ((document,),) = await family.rows("SELECT document FROM record_version WHERE sequence = 1")
    assert document["house"] is None
    assert [entry["member"] for entry in document["members"]] == [None, None]
    text = await family.everything()
    assert OTHER_VALID_ID not in text
    pseudonym = record_pseudonym(PSEUDONYM_KEY, "tpmap", key)
    assert (await family.erase("record", pseudonym)).sequence is None


async def test_a_shared_text_that_names_the_person_goes_too(family: Erasing) -> None:
    opened = family.opened
    await opened.intake.submit([thaiqm_item(note=f"สมชาย {GONE} ป่วย โทรหา", year="2567")])
    await opened.project()
    done = await family.erase("person", await family.person_of(await first_member(opened)))
    assert done.shared == 1
    assert GONE not in await family.everything()


@pytest.mark.parametrize("ref", ["nobody", "x:y", "zz", "9:9", "00" * 16])
async def test_who_is_not_there_cannot_be_erased(family: Erasing, ref: str) -> None:
    for kind in ("record", "person", "member"):
        with pytest.raises((NotFound, InvalidInput)):
            await family.erase(kind, ref)
    last = await family.opened.intake.log.last_sequence()
    events = [decode_event(data) for data in await stored_bytes(family.opened)]
    assert len(events) == last
    assert not any(isinstance(event, SubjectErased) for event in events)


class Died(Exception):
    """The process ends here."""


STEPS = (
    "before the append",
    "after the append",
    "before the tombstones",
    "after the tombstones",
    "while it is projected",
)


@pytest.mark.parametrize("step", STEPS)
async def test_whatever_step_it_dies_at_the_erasure_is_ended(family: Erasing, monkeypatch, step: str) -> None:
    opened, person = family.opened, await family.person_of(await first_member(family.opened))
    with monkeypatch.context() as broken:
        break_at(broken, opened, step)
        with pytest.raises(Died):
            await family.erase("person", person)
    # What goes on by itself: the projector, and whatever starts next.
    await settle(opened.intake.log, opened.intake.vault, family.connection)
    await opened.project()
    if step != "before the append":
        assert GONE not in await family.everything(), "the event alone is enough"
    await family.erase("person", person)
    text = await family.everything()
    assert GONE not in text
    assert VALID_ID not in text
    erased = await opened.intake.vault.find_erased(
        family.connection, [citizen_pseudonym(PSEUDONYM_KEY, VALID_ID)]
    )
    assert len(erased) == 1
    events = [decode_event(data) for data in await stored_bytes(opened)]
    assert sum(isinstance(event, SubjectErased) for event in events) == 1, (
        "one event, however often it is tried"
    )


def break_at(monkeypatch, opened: OpenIntake, step: str) -> None:
    log, vault = opened.intake.log, opened.intake.vault

    async def die(*_args, **_more):
        raise Died

    if step == "before the append":
        monkeypatch.setattr(log, "append", die)
    elif step == "after the append":
        append = log.append

        async def append_and_die(messages):
            await append(messages)
            raise Died

        monkeypatch.setattr(log, "append", append_and_die)
    elif step == "before the tombstones":
        monkeypatch.setattr(vault, "erase", die)
    elif step == "after the tombstones":
        destroy = vault.erase

        async def destroy_and_die(*args, **more):
            await destroy(*args, **more)
            raise Died

        monkeypatch.setattr(vault, "erase", destroy_and_die)
    else:
        monkeypatch.setattr("projections.runner.versions.note_erasure", die)


async def test_a_key_that_came_back_with_an_old_vault_is_destroyed_again(family: Erasing) -> None:
    opened = family.opened
    subject = bytes.fromhex(await first_member(opened))
    ((wrapped,),) = await family.rows("SELECT wrapped FROM vault.subject_key WHERE subject = %s", subject)
    await family.erase("person", await family.person_of(subject.hex()))
    await family.connection.execute(
        "UPDATE vault.subject_key SET wrapped = %s, erased_at = NULL WHERE subject = %s", (wrapped, subject)
    )
    await rebuild(opened.database_url, opened.intake.log, opened.intake.vault, lambda *_: None)
    assert GONE not in await family.everything()


async def test_errors_say_what_to_do(family: Erasing) -> None:
    with pytest.raises(HubError) as caught:
        await family.erase("record", "tpmap")
    assert caught.value.code == "BAD_PARAMETER"
    assert caught.value.message_th
