"""The parts of the OpenAPI document that say what comes back. Pure."""

Json = dict[str, object]
UNCHANGED: Json = {"description": "The client has this answer already (If-None-Match)."}
PROBLEMS = {
    "400": "A parameter that is unknown or cannot be used",
    "401": "A key that is unknown or revoked",
    "404": "Nothing at this address, or nothing that this key may see",
    "410": "It was there, and is not at this time",
    "503": "A part of the hub is not ready",
}


def problem(status: str) -> Json:
    """An answer as RFC 9457 has it."""
    shape: Json = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": PROBLEMS[status], "content": {"application/problem+json": shape}}


def gone() -> Json:
    """What was and is not, or a page token of an older projection."""
    return problem("410")


def schemas() -> Json:
    """The shapes of answers."""
    link: Json = {
        "type": "object",
        "required": ["href", "rel", "type"],
        "properties": {
            "href": {"type": "string"},
            "rel": {"type": "string"},
            "type": {"type": "string"},
            "title": {"type": "string"},
            "templated": {"type": "boolean"},
        },
    }
    links: Json = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
    feature: Json = {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object"},
            "links": links,
        },
    }
    return {
        "Link": link,
        "Document": {"type": "object", "properties": {"links": links}},
        "Feature": feature,
        "FeatureCollection": {
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
                "numberMatched": {"type": "integer", "minimum": 0},
                "numberReturned": {"type": "integer", "minimum": 0},
                "links": links,
            },
        },
        "Problem": {
            "type": "object",
            "required": ["status", "title", "code", "detail", "detail_th"],
            "properties": {
                "status": {"type": "integer"},
                "title": {"type": "string"},
                "code": {"type": "string"},
                "detail": {"type": "string"},
                "detail_th": {"type": "string"},
                "path": {"type": "string"},
            },
        },
    }
