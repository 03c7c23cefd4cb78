"""The master keys of a hub: the first wraps, each of them opens. There is more than one only while they are being exchanged."""

import re
from pathlib import Path

KEY = re.compile(r"[0-9a-f]{64}")
KEYS = re.compile(r"[0-9a-f]{64}(?:[\s,]+[0-9a-f]{64})*\Z")


class MasterKeys:
    """Keys of 32 bytes each. With a path they are read again from there whenever that file has changed."""

    def __init__(self, *keys: bytes, path: Path | None = None) -> None:
        self._path = path
        self._changed: int | None = None
        self._keys = keys
        self.refresh()

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The one that wraps first."""
        return self._keys

    @property
    def path(self) -> Path | None:
        """The file that they are read from, if there is one."""
        return self._path

    def hex(self) -> str:
        """As the setting HUB_MASTER_KEY takes them."""
        return ",".join(key.hex() for key in self._keys)

    def refresh(self) -> bool:
        """Read them again if their file has changed; whether they are others now. A file that is gone or half there changes nothing."""
        if self._path is None:
            return False
        try:
            changed = self._path.stat().st_mtime_ns
            if changed == self._changed:
                return False
            found = read_keys(self._path.read_text("ascii"))
        except (OSError, UnicodeDecodeError):
            return False
        self._changed = changed
        if not found or found == self._keys:
            return False
        self._keys = found
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MasterKeys) and self._keys == other._keys

    def __hash__(self) -> int:
        return hash(self._keys)

    def __repr__(self) -> str:
        return f"MasterKeys({len(self._keys)})"


def read_keys(text: str) -> tuple[bytes, ...]:
    """The keys in a text, separated by commas or white space; none where something else stands there."""
    if KEYS.match(text.strip()) is None:
        return ()
    return tuple(bytes.fromhex(found) for found in KEY.findall(text))
