"""The same documents for people: small HTML pages, Thai first, without anything from elsewhere. Pure."""

from html import escape
from typing import cast

from geo.answers import Json

STYLE = (
    "body{font-family:Sarabun,'Noto Sans Thai',sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;line-height:1.6;color:#1d2733}"
    "a{color:#0b5c8a}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dde5;padding:.3rem .5rem;text-align:left;"
    "vertical-align:top}code{background:#f0f4f8;padding:.1rem .3rem}"
)


def page(title: str, document: Json) -> str:
    """A document as a table of its values, with its links to follow."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{_value(value)}</td></tr>" for name, value in document.items()
    )
    return (
        f'<!doctype html><html lang="th"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1><table>{rows}</table></body></html>"
    )


def _value(value: object) -> str:
    if isinstance(value, dict):
        values = cast("Json", value)
        if "href" in values:
            text = str(values.get("title") or values.get("rel"))
            return f'<a href="{escape(str(values["href"]), quote=True)}">{escape(text)}</a>'
        return ", ".join(f"{escape(name)}: {_value(inner)}" for name, inner in values.items())
    if isinstance(value, list):
        return "<br>".join(_value(inner) for inner in cast("list[object]", value))
    return escape("–" if value is None else str(value))
