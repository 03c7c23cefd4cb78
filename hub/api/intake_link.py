"""The API's way into intake: at once unavailable when the log is away, and never waiting longer than a caller would."""

import asyncio
import dataclasses
from collections.abc import Sequence

from contracts.errors import Unavailable
from hub.api.log_link import LogLink
from hub.api.reading import Pool
from hub.auth import Caller
from hub.clock import Clock
from hub.intake.intake import Intake
from hub.intake.publishing import Publisher, publish
from hub.intake.receipts import Receipt
from hub.vault import Vault

PATIENCE_SECONDS = 8.0


@dataclasses.dataclass(kw_only=True)
class IntakeLink:
    """Intake over the link to the log. The tables are made sure of at the first use."""

    link: LogLink
    pool: Pool
    vault: Vault
    pseudonym_key: bytes
    province: str
    clock: Clock
    intake: Intake | None = None

    async def publish(self, lines: Sequence[bytes], caller: Caller, *, first_row: int) -> list[Receipt]:
        """A receipt for each line, in order. Raises Unavailable; what was stored until then is recognised when it is sent again."""
        self.link.require()
        publisher = Publisher(
            province=self.province,
            actor=caller.key_id,
            agency=caller.agency,
            purpose=caller.purpose,
            rights=caller.rights,
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                intake = await self.open()
                return await publish(intake, lines, publisher, now=self.clock(), first_row=first_row)
        except TimeoutError as error:
            raise Unavailable(
                "Log or database did not answer in time; send the same again, nothing is stored twice.",
                message_th="ระบบบันทึกตอบไม่ทันเวลา กรุณาส่งซ้ำ ข้อมูลจะไม่ถูกบันทึกซ้ำ",
                code="INTAKE_UNAVAILABLE",
            ) from error

    async def open(self) -> Intake:
        """The intake over the log as it is connected now. Raises Unavailable."""
        log = self.link.require()
        if self.intake is None or self.intake.log is not log:
            intake = Intake(self.pool, log, self.vault, self.pseudonym_key)
            await intake.ensure()
            self.intake = intake
        return self.intake
