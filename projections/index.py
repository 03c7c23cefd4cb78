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

    def add(self, key: Key, item: int) -> None:
        """Put an item under a key."""
        found = self._found.get(key)
        if found is None:
            self._found[key] = item
        elif isinstance(found, int):
            if found != item:
                self._found[key] = {found, item}
        else:
            found.add(item)

    def update(self, key: Key, items: Iterable[int]) -> None:
        """Put items under a key."""
        for item in items:
            self.add(key, item)

    def discard(self, key: Key, item: int) -> None:
        """Take an item away from a key, if it is there."""
        found = self._found.get(key)
        if isinstance(found, set):
            found.discard(item)
        elif found == item:
            del self._found[key]
