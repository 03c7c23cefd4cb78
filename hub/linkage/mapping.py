"""The mapping of a file's columns to what linking compares, from a TOML file.

`[fields]` maps our names to columns, `[extra]` maps further columns to `text`, `category`, `date` or `number`; `birth_date_format` (strptime,
or written as DD/MM/YYYY) stands at the top or among the fields.
"""

import re
import tomllib
from pathlib import Path

import msgspec

from contracts.errors import InvalidInput

FIELDS = (
    "record_id", "source", "full_name", "first_name", "last_name", "sex", "birth_date", "birth_year", "birth_month", "birth_day",
    "national_id", "house_code", "house_number", "moo", "street", "subdistrict", "district", "province", "postcode", "phone",
    "latitude", "longitude", "household_id",
)  # fmt: skip
KINDS = ("text", "category", "date", "number")
LETTERS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """Our field names to columns, further columns to kinds, and how dates of birth are written."""

    fields: dict[str, str]
    extra: dict[str, str] = {}
    birth_date_format: str | None = None


def _table(document: dict[str, object], name: str) -> dict[str, str]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise InvalidInput(f"[{name}] must be a table of names.", code="MAPPING_INVALID", path=name)
    found: dict[str, str] = {}
    for key, value in table.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(value, str):
            raise InvalidInput(f"{name}.{key} must be a text.", code="MAPPING_INVALID", path=f"{name}.{key}")
        if value:
            found[str(key)] = value  # pyright: ignore[reportUnknownArgumentType]
    return found


def _date_format(text: str) -> str:
    if "%" in text:
        return text
    return re.sub("YYYY|YY|MM|DD", lambda found: LETTERS[found.group()], text.upper())


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file. Raises InvalidInput that names what is wrong."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"{path} is not TOML: {error}", code="MAPPING_INVALID", path="--mapping"
        ) from error
    fields, extra = _table(document, "fields"), _table(document, "extra")
    form = fields.pop("birth_date_format", None) or document.get("birth_date_format") or None
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise InvalidInput(
            f"Unknown fields: {', '.join(unknown)}. Known are {', '.join(FIELDS)}.",
            code="MAPPING_INVALID",
            path=f"fields.{unknown[0]}",
        )
    wrong = [name for name, kind in extra.items() if kind not in KINDS]
    if wrong:
        raise InvalidInput(
            f"extra.{wrong[0]} must be one of {', '.join(KINDS)}.",
            code="MAPPING_INVALID",
            path=f"extra.{wrong[0]}",
        )
    if not set(fields) - {"record_id", "source", "household_id"} and not extra:
        raise InvalidInput("The mapping names nothing to compare.", code="MAPPING_INVALID", path="fields")
    return Mapping(fields=fields, extra=extra, birth_date_format=_date_format(str(form)) if form else None)
