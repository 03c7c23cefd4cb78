"""What either verdict about a pair of records would change, worked out by the fold itself."""

import datetime as dt

import msgspec

from contracts.events_links import LinkDecided, LinkDecision, LinkLevel, LinkVerdict
from hub.api.answers_reviews import Counts, Preview, ReviewItem
from hub.api.reading import Reading
from projections.supposing import Consequences, Counted, suppose

VERDICTS: tuple[LinkVerdict, ...] = ("same", "different")


async def preview_pair(reading: Reading, item: ReviewItem, pair: tuple[str, str]) -> ReviewItem:
    """The review with what follows from `same` and from `different`; `pair` are the pseudonyms of its records."""
    previews = [await preview(reading, item.level, verdict, pair) for verdict in VERDICTS]
    return msgspec.structs.replace(item, previews=previews)


async def preview(reading: Reading, level: LinkLevel, verdict: LinkVerdict, pair: tuple[str, str]) -> Preview:
    """What a verdict would change if it were the next event."""
    low, high = sorted(pair)
    groups = ((low, high),) if verdict == "same" else ((low,), (high,))
    basis = reading.basis
    event = LinkDecided(
        specversion="1.0",
        id="supposed",
        source="stewards",
        province="",
        happened_at=basis.valid_at,
        received_at=basis.recorded_at or dt.datetime.min.replace(tzinfo=dt.UTC),
        data=LinkDecision(
            level=level, verdict=verdict, groups=groups, subject=low, words=b"", seen=basis.sequence
        ),
    )
    found = await suppose(reading.cursor.connection, event, sequence=basis.sequence + 1, at=basis.valid_at)
    return to_preview(verdict, found)


def to_preview(verdict: str, found: Consequences) -> Preview:
    """Consequences as they are shown."""
    return Preview(
        verdict=verdict,
        changes=not found.is_nothing,
        records_moved=found.records_moved,
        members_moved=found.members_moved,
        before=to_counts(found.before),
        after=to_counts(found.after),
    )


def to_counts(found: Counted) -> Counts:
    """One side of the consequences."""
    return Counts(households=found.households, persons=found.persons, findings=found.findings)
