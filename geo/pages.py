"""The same documents for people: small HTML pages, Thai first, without anything from elsewhere. Pure."""

from collections.abc import Mapping
from html import escape
from typing import cast
from urllib.parse import parse_qsl

from geo.answers import Json
from geo.pictures import draw

STYLE = (
    "body{font-family:Sarabun,'Noto Sans Thai',sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;line-height:1.6;color:#1d2733}"
    "a{color:#0b5c8a}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dde5;padding:.3rem .5rem;text-align:left;"
    "vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}nav a{margin-right:1rem}"
    "form{margin:.6rem 0}figure{margin:1rem 0}figure svg{max-width:100%;height:auto;background:#fbfdfe;border:1px solid #d5dde5}"
    ".basis{background:#f0f4f8;padding:.4rem .6rem;border-radius:.3rem}"
)
HIDDEN = "ปกปิด"
FIELDS = (
    ("datetime", "ข้อมูลจริง ณ วันที่ / true on", "2023-09-30"),
    ("as_of", "ตามที่ระบบรู้ ณ / known at", "2023-09-30, seq:300"),
)
BASIS = (
    ("valid_at", "ข้อมูลจริง ณ / true at"),
    ("as_of", "ตามที่ระบบรู้ ณ / known at"),
    ("sequence", "ลำดับเหตุการณ์ / sequence"),
)
APART = frozenset({"features", "links", "basis", "type"})


def page(title: str, document: Json, titles: Mapping[str, str] | None = None) -> str:
    """A document as a page: where one can go, what the answer rests on, its values; features as a map and a table.

    `titles` are the words for the attributes.
    """
    features = document.get("features")
    parts = [_links(document.get("links")), _basis(document.get("basis"))]
    if isinstance(features, list):
        found = cast("list[Json]", features)
        parts += [
            _forms(document.get("links")),
            draw(found),
            _table([_row(feature) for feature in found], titles or {}),
        ]
    elif document.get("type") == "Feature":
        parts += [draw([document]), _table([_row(document)], titles or {})]
    else:
        rows = (
            f"<tr><th>{escape(name)}</th><td>{_value(value)}</td></tr>"
            for name, value in document.items()
            if name not in APART
        )
        parts.append(f'<div class="wide"><table>{"".join(rows)}</table></div>')
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


def _forms(links: object) -> str:
    """A field for each axis of time; what else was asked stays asked."""
    found = cast("list[Json]", links) if isinstance(links, list) else []
    here = next((str(link["href"]) for link in found if link.get("rel") == "self"), "")
    asked = dict(parse_qsl(here.partition("?")[2]))
    return "".join(_form(name, words, hint, asked) for name, words, hint in FIELDS)


def _form(name: str, words: str, hint: str, asked: Mapping[str, str]) -> str:
    kept = {key: value for key, value in asked.items() if key not in {name, "token", "f"}} | {"f": "html"}
    hidden = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">' for key, value in kept.items()
    )
    value = escape(asked.get(name, ""))
    return (
        f'<form method="get"><label>{words} <input name="{name}" value="{value}" placeholder="{hint}" required></label> '
        f"{hidden}<button>แสดง / show</button></form>"
    )


def _basis(basis: object) -> str:
    if not isinstance(basis, dict):
        return ""
    values = cast("Json", basis)
    said = " · ".join(f"{escape(words)}: {_value(values.get(name))}" for name, words in BASIS)
    return f'<p class="basis">{said}</p>'


def _row(feature: Mapping[str, object]) -> Json:
    return {"id": feature.get("id")} | cast("Json", feature.get("properties") or {})


def _table(rows: list[Json], titles: Mapping[str, str]) -> str:
    if not rows:
        return "<p>ไม่มีข้อมูล / nothing here</p>"
    head = "".join(f'<th title="{escape(name)}">{escape(titles.get(name, name))}</th>' for name in rows[0])
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
