"""The named SQL of the HTTP API."""

from collections.abc import Mapping
from pathlib import Path
from typing import LiteralString

from projections import queries

SQL: Mapping[str, LiteralString] = queries.load(Path(__file__).parent / "sql")
