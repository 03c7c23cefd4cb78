"""An index in memory: which items stand under a key. Most keys have one item, and a set for each would cost five times the memory."""

from collections.abc import Collection, Hashable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Index(Generic[Key]):
    """Items (numbers) by key. Adding twice is adding once."""

    def __init__(self) -> None:
        self._found: dict[Key, int | set[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def get(self, key: Key) -> Collection[int]:
        """The items under a key; the answer is not to be changed, nor kept while the index changes."""
        found = self._found.get(key)
        if found is None:
            return ()
        return (found,) if isinstance(found, int) else found

    def add(self, key: Key, item: int) -> int:
        """Put an item under a key; how many stand there now."""
        found = self._found.get(key)
        if found is None:
            self._found[key] = item
            return 1
        if isinstance(found, int):
            if found == item:
                return 1
            self._found[key] = {found, item}
            return 2
        found.add(item)
        return len(found)

    def update(self, key: Key, items: Iterable[int]) -> None:
        """Put items under a key."""
        for item in items:
            self.add(key, item)

    def discard(self, key: Key, item: int) -> int:
        """Take an item away from a key, if it is there; how many are left."""
        found = self._found.get(key)
        if isinstance(found, set):
            found.discard(item)
            return len(found)
        if found == item:
            del self._found[key]
            return 0
        return 0 if found is None else 1
