"""Versions of a feature on the axis of the world: their ids, their addresses, the headers of RFC 7089. Pure."""

import datetime as dt
import uuid
from collections.abc import Sequence
from email.utils import format_datetime

import msgspec

from contracts.times import to_text
from geo import ogc
from geo.layers import Layer
from geo.links import Link, Root, query_text, without_format

STAMP = "%Y%m%dT%H%M%S.%fZ"


class Version(msgspec.Struct, frozen=True):
    """When one version holds; no end is open."""

    start: dt.datetime
    end: dt.datetime | None


class Named(msgspec.Struct, frozen=True):
    """What an id in a path names: a household, and the start of its version if the id tells it."""

    household: str
    start: dt.datetime | None = None


def http_date(moment: dt.datetime) -> str:
    """An instant as HTTP writes it, in whole seconds."""
    return format_datetime(moment.astimezone(dt.UTC), usegmt=True)


def version_id(id_: str, start: dt.datetime | None) -> str:
    """The id of one version: that of the feature and its start."""
    if start is None:
        return id_
    return f"{id_}.{start.astimezone(dt.UTC).strftime(STAMP).replace('.000000Z', 'Z')}"


def read_id(text: str) -> Named | None:
    """What an id names; None for what cannot be one."""
    name, dot, stamp = text.partition(".")
    try:
        household = str(uuid.UUID(name))
        if not dot:
            return Named(household)
        whole = stamp if "." in stamp else stamp.replace("Z", ".000000Z")
        return Named(household, dt.datetime.strptime(whole, STAMP).replace(tzinfo=dt.UTC))
    except ValueError:
        return None


def time_map(
    root: Root, layer: Layer, id_: str, versions: Sequence[Version], query: str
) -> dict[str, object]:
    """All versions of a feature with where each is found."""
    known = without_format(query)
    return {
        "id": id_,
        "timeAxis": "validity-time",
        "versions": [
            {
                "id": version_id(id_, version.start),
                "valid_from": to_text(version.start),
                "valid_to": None if version.end is None else to_text(version.end),
                "links": [msgspec.to_builtins(_memento(root, layer, id_, version, "memento", known))],
            }
            for version in versions
        ],
        "links": [
            msgspec.to_builtins(link)
            for link in (
                Link(href=_here(root, layer, id_, known), rel="original", type=ogc.GEOJSON),
                Link(href=_map(root, layer, id_, known), rel="self", type=ogc.JSON),
                Link(
                    href=_map(root, layer, id_, query_text(known, f="html").removeprefix("?")),
                    rel="alternate",
                    type=ogc.HTML,
                ),
            )
        ],
    }


def version_links(
    root: Root, layer: Layer, id_: str, versions: Sequence[Version], start: dt.datetime, query: str
) -> list[Link]:
    """From one version to the others and to the time map."""
    known = query_text(without_format(query), datetime=None).removeprefix("?")
    place = next((n for n, version in enumerate(versions) if version.start == start), None)
    links = [
        Link(href=_here(root, layer, id_, known), rel="original", type=ogc.GEOJSON),
        Link(href=_map(root, layer, id_, known), rel="timemap", type=ogc.JSON),
        Link(href=_map(root, layer, id_, known), rel="version-history", type=ogc.JSON),
    ]
    if place is None:
        return links
    others = {
        "predecessor-version": place - 1,
        "successor-version": place + 1,
        "latest-version": len(versions) - 1,
    }
    return links + [
        _memento(root, layer, id_, versions[number], rel, known)
        for rel, number in others.items()
        if 0 <= number < len(versions)
    ]


def _memento(root: Root, layer: Layer, id_: str, version: Version, rel: str, query: str) -> Link:
    at = query_text(query, datetime=to_text(version.start))
    return Link(href=root.at("collections", layer.id, "items", id_) + at, rel=rel, type=ogc.GEOJSON)


def _here(root: Root, layer: Layer, id_: str, query: str) -> str:
    return root.at("collections", layer.id, "items", id_) + query_text(query)


def _map(root: Root, layer: Layer, id_: str, query: str) -> str:
    return root.at("collections", layer.id, "items", id_, "versions") + query_text(query)
