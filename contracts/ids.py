"""Identifiers and how they are formed.

A pseudonym is HMAC-SHA-256 under the hub's pseudonym key over a domain word and the parts, cut to 16 bytes and written as
32 hex digits. Without the key nobody can try all citizen ids. The key is an argument: contracts hold no secrets.
"""

import hmac
import uuid
from typing import NewType

Sequence = NewType("Sequence", int)
Pseudonym = NewType("Pseudonym", str)

HOUSEHOLD_NAMESPACE = uuid.UUID("6f0c3f3e-6d0b-5b43-9a54-0a3c6d3f1a01")
PERSON_NAMESPACE = uuid.UUID("6f0c3f3e-6d0b-5b43-9a54-0a3c6d3f1a02")

UNIT_SEPARATOR = "\x1f"


def pseudonym(key: bytes, domain: str, *parts: str) -> Pseudonym:
    """The keyed pseudonym of `parts` in `domain`; equal parts in two domains give unrelated pseudonyms."""
    message = UNIT_SEPARATOR.join((domain, *parts)).encode()
    return Pseudonym(hmac.digest(key, message, "sha256")[:16].hex())


def record_pseudonym(key: bytes, source: str, record_key: str) -> Pseudonym:
    """Of one household as one source names it; never contains year, round or date."""
    return pseudonym(key, "record", source, record_key)


def member_pseudonym(key: bytes, source: str, record_key: str, member_key: str) -> Pseudonym:
    """Of one person as listed inside one record."""
    return pseudonym(key, "member", source, record_key, member_key)


def citizen_pseudonym(key: bytes, citizen_id: str) -> Pseudonym:
    """Of a 13-digit citizen id, valid or not."""
    return pseudonym(key, "citizen", citizen_id)


def house_pseudonym(key: bytes, house_code: str) -> Pseudonym:
    """Of a house code as delivered (digits only)."""
    return pseudonym(key, "house", house_code)


def action_pseudonym(key: bytes, agency: str, action_id: str) -> Pseudonym:
    """Of an assistance action as its agency numbers it."""
    return pseudonym(key, "action", agency, action_id)


def household_id(founder: str) -> uuid.UUID:
    """The household founded by the record with this pseudonym (linkage rules, section 6)."""
    return uuid.uuid5(HOUSEHOLD_NAMESPACE, founder)


def person_id(founder: str) -> uuid.UUID:
    """The person founded by the member with this pseudonym (linkage rules, section 6)."""
    return uuid.uuid5(PERSON_NAMESPACE, founder)
