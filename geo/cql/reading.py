"""CQL2 text and JSON into one tree, within bounds. Pure.

The grammar is that of the `cql2` package; its SQL is not used (geo-api.md §7.2). Its parser takes twice as long for every bracket that is open where
the text goes wrong, so nesting is bounded before it sees the text.
"""

import json
import re
from typing import Literal, cast

import cql2

from contracts.errors import InvalidInput

Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: dict[str, Language] = {
    "cql2-text": "cql2-text",
    "cql2-json": "cql2-json",
    "cql-text": "cql2-text",
}
"""`cql-text` is what GDAL looks for in the API definition before it asks the server to filter."""
LENGTH_MAX = 8000
BRACKETS_MAX = 10
DEPTH_MAX = 30
NODES_MAX = 3000
QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
ILIKE = re.compile(
    r"(?P<name>\"[^\"]+\"|[^\W\d][\w.]*)\s+(?P<no>NOT\s+)?ILIKE\s+(?P<text>'(?:[^']|'')*')", re.IGNORECASE
)
Tree = dict[str, object] | list[object] | str | float | bool | None


def bad_filter(message_en: str, message_th: str = "เงื่อนไข filter ใช้ไม่ได้") -> InvalidInput:
    """A filter that cannot be answered."""
    return InvalidInput(message_en, message_th=message_th, code="BAD_FILTER", path="filter")


def parse_language(text: str | None) -> Language:
    """The language of a filter, CQL2 text without one. Raises InvalidInput."""
    if text is None:
        return "cql2-text"
    if text not in LANGUAGES:
        raise InvalidInput(
            f"'filter-lang' is one of {', '.join(LANGUAGES)}.",
            message_th=f"'filter-lang' ต้องเป็นหนึ่งใน {', '.join(LANGUAGES)}",
            code="BAD_PARAMETER",
            path="filter-lang",
        )
    return LANGUAGES[text]


def read_filter(text: str, language: Language) -> Tree:
    """The tree of a filter, as CQL2 JSON. Raises InvalidInput for what is no CQL2, too long or too deep."""
    if len(text) > LENGTH_MAX:
        raise bad_filter(f"A filter has at most {LENGTH_MAX} characters.")
    if language == "cql2-json":
        tree = _read_json(text)
    else:
        _require_shallow(text)
        tree = _parse(rewrite_ilike(text))
    _require_small(tree, 0)
    return tree


def rewrite_ilike(text: str) -> str:
    """`a ILIKE 'x'`, which GDAL writes, in words of CQL2; never inside quotes."""
    parts: list[str] = []
    end = 0
    while end < len(text):
        quoted = QUOTED.match(text, end)
        found = ILIKE.match(text, end)
        if found is not None and (end == 0 or not (text[end - 1].isalnum() or text[end - 1] in "_.")):
            no = "NOT " if found["no"] else ""
            parts.append(f"CASEI({found['name']}) {no}LIKE CASEI({found['text']})")
            end = found.end()
        elif quoted is not None:
            parts.append(quoted[0])
            end = quoted.end()
        else:
            parts.append(text[end])
            end += 1
    return "".join(parts)


def _require_shallow(text: str) -> None:
    depth = 0
    for character in QUOTED.sub("", text):
        depth += (character in "([") - (character in ")]")
        if not 0 <= depth <= BRACKETS_MAX:
            raise bad_filter(
                f"A filter has at most {BRACKETS_MAX} brackets in each other, each with its end."
            )
    if depth:
        raise bad_filter("A filter closes every bracket that it opens.")


def _parse(text: str) -> Tree:
    try:
        return cast("Tree", cql2.parse_text(text).to_json())
    except (cql2.ParseError, cql2.ValidationError) as error:
        raise bad_filter("The filter is not CQL2 text.", "filter ไม่ใช่ CQL2 Text") from error


def _read_json(text: str) -> Tree:
    try:
        return cast("Tree", json.loads(text, parse_constant=_refuse_constant))
    except (ValueError, RecursionError) as error:
        raise bad_filter("The filter is not CQL2 JSON.", "filter ไม่ใช่ CQL2 JSON") from error


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _require_small(tree: object, depth: int) -> int:
    """How many nodes the tree has. Raises InvalidInput beyond the bounds."""
    if depth > DEPTH_MAX:
        raise bad_filter(f"A filter has at most {DEPTH_MAX} parts in each other.")
    if isinstance(tree, dict):
        inner: list[object] = list(cast("dict[str, object]", tree).values())
    elif isinstance(tree, list):
        inner = cast("list[object]", tree)
    else:
        return 1
    count = 1
    for part in inner:
        count += _require_small(part, depth + 1)
        if count > NODES_MAX:
            raise bad_filter(f"A filter has at most {NODES_MAX} parts.")
    return count
