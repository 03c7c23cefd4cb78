"""The same documents for people: small HTML pages, Thai first, without anything from elsewhere. Pure."""

from collections.abc import Mapping
from html import escape
from typing import cast

from geo.answers import Json

STYLE = (
    "body{font-family:Sarabun,'Noto Sans Thai',sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;line-height:1.6;color:#1d2733}"
    "a{color:#0b5c8a}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dde5;padding:.3rem .5rem;text-align:left;"
    "vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}nav a{margin-right:1rem}"
    ".basis{background:#f0f4f8;padding:.4rem .6rem;border-radius:.3rem}"
)
HIDDEN = "ปกปิด"
BASIS = (
    ("valid_at", "ข้อมูลจริง ณ / true at"),
    ("as_of", "ตามที่ระบบรู้ ณ / known at"),
    ("sequence", "ลำดับเหตุการณ์ / sequence"),
)
APART = frozenset({"features", "links", "basis", "type"})


def page(title: str, document: Json) -> str:
    """A document as a page: where one can go, what the answer rests on, its values; features as a table."""
    features = document.get("features")
    parts = [_links(document.get("links")), _basis(document.get("basis"))]
    if isinstance(features, list):
        parts.append(_table([_row(feature) for feature in cast("list[Json]", features)]))
    elif document.get("type") == "Feature":
        parts.append(_table([_row(document)]))
    else:
        rows = (
            f"<tr><th>{escape(name)}</th><td>{_value(value)}</td></tr>"
            for name, value in document.items()
            if name not in APART
        )
        parts.append(f"<table>{''.join(rows)}</table>")
    return (
        f'<!doctype html><html lang="th"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )


def _links(links: object) -> str:
    if not isinstance(links, list):
        return ""
    shown = [link for link in cast("list[Json]", links) if not link.get("templated")]
    return f"<nav>{''.join(_value(link) for link in shown)}</nav>"


def _basis(basis: object) -> str:
    if not isinstance(basis, dict):
        return ""
    values = cast("Json", basis)
    said = " · ".join(f"{escape(words)}: {_value(values.get(name))}" for name, words in BASIS)
    return f'<p class="basis">{said}</p>'


def _row(feature: Mapping[str, object]) -> Json:
    return {"id": feature.get("id")} | cast("Json", feature.get("properties") or {})


def _table(rows: list[Json]) -> str:
    if not rows:
        return "<p>ไม่มีข้อมูล / nothing here</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    body = "".join(f"<tr>{''.join(_cell(row, name) for name in rows[0])}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(row: Json, name: str) -> str:
    value = row.get(name)
    if value is None and row.get("suppressed") and not name.startswith("name_"):
        return f'<td class="n">{HIDDEN}</td>'
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f'<td class="n">{value}</td>' if is_number else f"<td>{_value(value)}</td>"


def _value(value: object) -> str:
    if isinstance(value, dict):
        values = cast("Json", value)
        if "href" in values:
            text = str(values.get("title") or values.get("rel"))
            return f'<a href="{escape(str(values["href"]), quote=True)}">{escape(text)}</a> '
        return ", ".join(f"{escape(name)}: {_value(inner)}" for name, inner in values.items())
    if isinstance(value, list):
        return "<br>".join(_value(inner) for inner in cast("list[object]", value))
    return escape("–" if value is None else str(value))
