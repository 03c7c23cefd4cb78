"""What all submissions have in common."""

import msgspec

Text = str | int | float
LONGEST_REASON = 10_000


class SubmissionBase(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
):
    """Common to all submissions: `type` tells them apart."""
