"""Milestones: checks with evidence, and a person's word at the gate."""

from pydantic import BaseModel, ConfigDict


class CheckView(BaseModel):
    """One check of a milestone's gate and the evidence of its last run."""

    model_config = ConfigDict(frozen=True)

    name: str
    what: str = ""
    """What is checked, as a person reads it: ``runs make test``."""
    passed: bool | None = None
    evidence: str = ""
    at: float | None = None


class MilestoneView(BaseModel):
    """A milestone, the checks of its gate, and whether a person let it pass."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    position: int
    needs_approval: bool = True
    approved: bool = False
    decided_by: str = ""
    reason: str = ""
    checking: bool = False
    checks: tuple[CheckView, ...] = ()

    @property
    def regressed(self) -> bool:
        """Whether it passed once, and one of its checks does no more."""
        return self.approved and any(check.passed is False for check in self.checks)

    @property
    def passed(self) -> bool:
        """Whether a later one may build on it."""
        return self.approved and not self.regressed

    @property
    def green(self) -> bool:
        """Whether every check passed when it was last run."""
        return bool(self.checks) and all(check.passed is True for check in self.checks)
