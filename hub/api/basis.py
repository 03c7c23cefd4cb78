"""The basis of an answer, under the name that the routes know; `projections.basis` decides it."""

from projections.basis import Basis, Question, resolve_basis, use_live

__all__ = ["Basis", "Question", "resolve_basis", "use_live"]
