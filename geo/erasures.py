"""When a person was last erased: the one thing after which the past is told differently."""

from geo.context import Reading
from geo.features import statement


class Erasures:
    """The last erasure of a projection version. What was looked through once is not looked through again."""

    def __init__(self) -> None:
        self._version = -1
        self._through = 0
        self._last: int = 0

    async def last(self, reading: Reading) -> int:
        """Its sequence, 0 for none."""
        basis = reading.basis
        if self._version == basis.version and self._through >= basis.newest:
            return self._last
        through, last = 0, 0
        if self._version == basis.version:
            through, last = self._through, self._last
        await reading.cursor.execute(statement("last_erasure"), {"through": through})
        row = await reading.cursor.fetchone()
        if row is not None and row[0] is not None:
            last = int(row[0])
        self._version, self._through, self._last = basis.version, basis.newest, last
        return last
