"""Longer random histories than those of `histories`: few records, so that much happens to each of them."""

import datetime as dt
import random

from contracts.records import NEEDS
from tests.builders import Log, a_house, a_member, by_citizen, by_record, day

SOURCES = ("tpmap", "pppconnext", "thaiqm")


def a_history(seed: int, length: int) -> Log:
    """Records that meet, part, move and are withdrawn; help that is corrected, voided, given twice or reported twice."""
    chance, log, given = random.Random(seed), Log(), [("tpmap", "0")]
    for _ in range(length):
        moment = day(chance.randrange(12) * 100)
        kind = chance.choice(("record",) * 5 + ("help",) * 5 + ("correct", "void", "withdraw"))
        source, key = chance.choice(SOURCES), str(chance.randrange(5))
        agency, action = chance.choice(("psm", "temple")), str(chance.randrange(12))
        if kind == "record":
            needs = {need: chance.choice((True, False)) for need in NEEDS if chance.random() < 0.7}
            members = [
                a_member(str(n), f"คน{n}", number=n) for n in chance.sample(range(6), chance.randrange(1, 4))
            ]
            house = a_house(
                key,
                tambon=chance.choice(("320101", "320102", "320201")),
                needs=needs,
                level=chance.randrange(1, 5),
            )
            log.received(source, house, *members, period=f"{chance.randrange(2)}", happened_at=moment)
            given.append((source, key))
        elif kind == "withdraw":
            source, key = chance.choice(given)
            log.withdrawn(source, key, period="0", reported_at=moment)
        elif kind == "void":
            log.voided(action, agency=agency)
        else:
            ref = by_citizen(chance.randrange(7)) if chance.random() < 0.5 else by_record(source, key)
            log.helped(
                action,
                ref,
                agency=agency,
                happened_at=moment + dt.timedelta(days=chance.randrange(4)),
                corrects=kind == "correct",
                amount=chance.choice((10_000, 12_345, None)),
            )
    return log
