"""Policies: which questions are decided without a person, by patterns such as ``Bash(git diff*)``.

A command that a pattern can cover only in part (``&&``, ``;``, ``|``, ``$(`` …) is never approved;
it is denied if a pattern for denying covers any of its parts. What is not known to the last letter
is never approved either.
"""

from dataclasses import dataclass

from crewtui.core.model.approval import ApprovalView, Role
from crewtui.core.model.rules import FILE_TOOLS, approving, check_rule, denying

__all__ = ["FILE_TOOLS", "Ruling", "check_rule", "ruling"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy decides, and the rule that did."""

    role: Role
    rule: str


def ruling(
    approval: ApprovalView, approve: tuple[str, ...], deny: tuple[str, ...]
) -> Ruling | None:
    """What the policies decide; none leaves it to the person. Denying wins."""
    if rule := denying(approval.tool, approval.detail, deny):
        return Ruling(Role.DENY, rule)
    if approval.exact and (rule := approving(approval.tool, approval.detail, approve)):
        return Ruling(Role.APPROVE, rule)
    return None
