"""Policies: which questions are decided without a person, by patterns such as ``Bash(git diff*)``.

A command that a pattern can cover only in part (``&&``, ``;``, ``|``, ``$(`` …) is never approved;
it is denied if a pattern for denying covers any of its parts. What is not known to the last letter
is never approved either.
"""

import posixpath
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from crewtui.core.model.approval import ApprovalView, Role
from crewtui.core.model.text import visible

_RULE = re.compile(r"(?P<tool>[A-Za-z_]\w*)(?:\((?P<glob>.*)\))?", re.DOTALL)
_SEPARATORS = re.compile(r"&&|\|\||[;|&\n]")
_COMPOUND = re.compile(r"[;|&<>`\n\r{}]|\$\(|\$\{|\$\'|\\\n")
FILE_TOOLS = frozenset({"Write", "Edit", "Read"})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy decides, and the rule that did."""

    role: Role
    rule: str


def check_rule(rule: str) -> str:
    """The rule as it is; raises ``ValueError`` if it is none."""
    if not _RULE.fullmatch(rule):
        raise ValueError(f"a rule such as Bash(git status*), not {rule!r}")
    return rule


def ruling(
    approval: ApprovalView, approve: tuple[str, ...], deny: tuple[str, ...]
) -> Ruling | None:
    """What the policies decide; none leaves it to the person. Denying wins."""
    for rule in deny:
        if any(_covers(rule, approval.tool, part) for part in _parts(approval)):
            return Ruling(Role.DENY, rule)
    if not _is_plain(approval):
        return None
    for rule in approve:
        if _covers(rule, approval.tool, approval.detail):
            return Ruling(Role.APPROVE, rule)
    return None


def _parts(approval: ApprovalView) -> list[str]:
    parts = [part.strip() for part in _SEPARATORS.split(approval.detail)]
    return [approval.detail, *(part for part in parts if part)]


def _is_plain(approval: ApprovalView) -> bool:
    """Whether the whole of what is asked is known and is one thing."""
    detail = approval.detail
    if not approval.exact or not approval.tool or not detail or visible(detail) != detail:
        return False
    if approval.tool in FILE_TOOLS:
        return posixpath.normpath(detail) == detail and ".." not in detail.split("/")
    return not _COMPOUND.search(detail)


def _covers(rule: str, tool: str, detail: str) -> bool:
    found = _RULE.fullmatch(rule)
    if found is None or found.group("tool") != tool:
        return False
    glob = found.group("glob")
    return glob is None or fnmatchcase(detail, glob)
