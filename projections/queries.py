"""Named static SQL: every `.sql` file of a folder, block by block.

A block begins with `-- name: fetch_household` and, on the next line, `-- ` and its purpose.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import LiteralString, cast

NAME = "-- name: "


def load(folder: Path) -> Mapping[str, LiteralString]:
    """Every named statement under `folder`. Raises ValueError for a name used twice or a block without a purpose."""
    statements: dict[str, LiteralString] = {}
    for path in sorted(folder.glob("*.sql")):
        for block in path.read_text(encoding="utf-8").split(NAME)[1:]:
            name, _, body = block.partition("\n")
            purpose, _, text = body.partition("\n")
            if not purpose.startswith("-- ") or not text.strip():
                raise ValueError(f"{path.name}: '{name}' needs a line of purpose and a statement")
            if name.strip() in statements:
                raise ValueError(f"{path.name}: '{name.strip()}' is there twice")
            # Files of this repository are as trusted as its code: the checker cannot know that.
            statements[name.strip()] = cast("LiteralString", text.strip().removesuffix(";"))
    return statements
