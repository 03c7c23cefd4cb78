"""The shapes of the answers about help, each help counted once."""

from hub.api.answers import AgencyItem, AgencyTotals, AssistanceItem, Page


class HelpItem(AssistanceItem, frozen=True, kw_only=True):
    """An action. `repeats` is the action that this one reports a second time (D0), null for help that counts."""

    repeats: int | None


class HelpTotals(AgencyTotals, frozen=True, kw_only=True):
    """All that the filters let through, each help once; what was only reported a second time stands beside."""

    reported_twice: int
    reported_twice_thb: float


class AgencyHelp(Page[HelpItem], frozen=True, kw_only=True):
    """The actions that one agency gave (`role` giver), or that it reported, whoever gave (reporter)."""

    role: str
    agency: AgencyItem
    totals: HelpTotals
