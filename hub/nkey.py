"""NKEYs of NATS users: an Ed25519 key pair as text (seed `SU…`, public key `U…`), and the signature of a login.

The text is base32 without padding of: prefix byte(s), 32 bytes, CRC-16/XMODEM of all that, little-endian (nats-io/nkeys).
"""

import base64
import binascii
import re
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.errors import InvalidInput
from hub.settings import Secret

SEED, USER = 18 << 3, 20 << 3
SEED_PREFIX = bytes([SEED | USER >> 5, (USER & 31) << 3])
KEY_BYTES = 32
PUBLIC = re.compile(r"U[A-Z2-7]{55}\Z")


def make_seed() -> Secret:
    """A new user's seed: the secret that its owner signs with."""
    return Secret(_text(SEED_PREFIX + secrets.token_bytes(KEY_BYTES)))


def public_key(seed: str) -> str:
    """The public key that belongs to a seed. Raises InvalidInput."""
    return _text(bytes([USER]) + _private(seed).public_key().public_bytes_raw())


def sign(seed: str, nonce: str) -> str:
    """The signature of a server's nonce, as CONNECT wants it. Raises InvalidInput."""
    return base64.urlsafe_b64encode(_private(seed).sign(nonce.encode())).rstrip(b"=").decode()


def _private(seed: str) -> Ed25519PrivateKey:
    try:
        raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    except binascii.Error as error:
        raise _no_seed() from error
    body, check = raw[:-2], raw[-2:]
    if not body.startswith(SEED_PREFIX) or len(body) != 2 + KEY_BYTES or check != _check(body):
        raise _no_seed()
    return Ed25519PrivateKey.from_private_bytes(body[2:])


def _no_seed() -> InvalidInput:
    return InvalidInput(
        "This is not the seed of a NATS user (SU…).", message_th="ข้อความนี้ไม่ใช่ seed ของผู้ใช้ NATS", path="seed"
    )


def _text(body: bytes) -> str:
    return base64.b32encode(body + _check(body)).rstrip(b"=").decode()


def _check(body: bytes) -> bytes:
    return binascii.crc_hqx(body, 0).to_bytes(2, "little")
