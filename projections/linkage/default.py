"""The model that is in force until another one is activated: learnt from made-up households of the Thai sources, without truth."""

import functools
from importlib.resources import files

import msgspec

from projections.linkage.model import LinkModel
from projections.linkage.weighing import Weigher


@functools.cache
def default_model() -> LinkModel:
    """The shipped model. docs/linkage.md says how it was made."""
    return msgspec.json.decode((files("projections.linkage") / "data/thai.json").read_bytes(), type=LinkModel)


@functools.cache
def default_weigher() -> Weigher:
    """The shipped model, ready."""
    return Weigher(default_model())


@functools.lru_cache(maxsize=4)
def weigher_of(document: str) -> Weigher:
    """A published model, ready. Raises msgspec.DecodeError for a document that is no model of this code."""
    return Weigher(msgspec.json.decode(document, type=LinkModel))
