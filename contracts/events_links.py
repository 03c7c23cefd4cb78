"""What people decide about links, and which model links records: facts, never links themselves, which follow from the fold."""

from typing import Literal

import msgspec

from contracts.events_base import Envelope

LinkLevel = Literal["person", "household"]
LinkVerdict = Literal["same", "different", "same_house_different_family", "needs_field_check"]
LINK_LEVELS: tuple[LinkLevel, ...] = ("person", "household")
LINK_VERDICTS: tuple[LinkVerdict, ...] = (
    "same",
    "different",
    "same_house_different_family",
    "needs_field_check",
)


class LinkDecision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person decided about members (level `person`) or records (level `household`), as seen at `seen` (a sequence).

    `groups` hold pseudonyms. `same`: all of one group are one. `different`: two from different groups are never one;
    `same_house_different_family` is that for records which share a house. Nothing is said about the other pairs. `needs_field_check` asks for a visit and joins or parts nothing. `words` (reason, reference, the evidence shown) is sealed under the key of `subject`, the first
    pseudonym of the first group. `model` is the model whose scores were seen.
    """

    level: LinkLevel
    verdict: LinkVerdict
    groups: tuple[tuple[str, ...], ...]
    subject: str
    words: bytes
    seen: int
    model: str | None = None


class LinkDecided(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="link.decided.v1"):
    """A person settled which records or members belong together. It holds whatever the model says, until it is revoked."""

    data: LinkDecision


class LinkRevocation(msgspec.Struct, frozen=True, kw_only=True):
    """The decision at the sequence `decision` no longer holds. `words` is sealed under the key of `subject`, as in the decision."""

    decision: int
    subject: str
    words: bytes


class LinkDecisionRevoked(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="link.decision_revoked.v1"
):
    """A decision about links is taken back; the model alone, and the other decisions, say again what belongs together."""

    data: LinkRevocation


class LinkModelDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A linking model as JSON text, with its SHA-256 in hex; values stand in it only as hashes.

    `norm` is the version of the normal form, `trained_on` the last sequence whose records it was learnt from (0: not from this log).
    """

    model: str
    norm: str
    digest: str
    document: str
    trained_on: int = 0


class LinkModelPublished(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="linkmodel.published.v1"
):
    """A linking model can be activated from here on. By itself it changes no link."""

    data: LinkModelDocument


class LinkModelChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Which published model links from here on."""

    model: str


class LinkModelActivated(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="linkmodel.activated.v1"
):
    """A published model is in force: everything known is linked by it."""

    data: LinkModelChoice
