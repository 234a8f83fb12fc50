"""Rules such as ``Bash(git diff*)`` and what they cover.

Imports nothing heavy: a hook decides by them before each tool of an agent.
"""

import posixpath
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from crewtui.core.model.text import visible

_RULE = re.compile(r"(?P<tool>[A-Za-z_]\w*)(?:\((?P<glob>.*)\))?", re.DOTALL)
_SEPARATORS = re.compile(r"&&|\|\||[;|&\n`(){}]")
_COMPOUND = re.compile(r"[;|&<>`\n\r{}]|\$\(|\$\{|\$\'|\\\n")
FILE_TOOLS = frozenset({"Write", "Edit", "Read"})


def check_rule(rule: str) -> str:
    """The rule as it is; raises ``ValueError`` if it is none."""
    if not _RULE.fullmatch(rule):
        raise ValueError(f"a rule such as Bash(git status*), not {rule!r}")
    return rule


def denying(tool: str, detail: str, rules: Iterable[str]) -> str | None:
    """The first rule that covers the whole or any part of a command."""
    parts = [detail, *(part.strip() for part in _SEPARATORS.split(detail))]
    for rule in rules:
        if any(_covers(rule, tool, part) for part in parts if part or part is detail):
            return rule
    return None


def approving(tool: str, detail: str, rules: Iterable[str]) -> str | None:
    """The first rule that covers a command known to the last letter, if it is one thing."""
    if not _is_plain(tool, detail):
        return None
    return next((rule for rule in rules if _covers(rule, tool, detail)), None)


def _is_plain(tool: str, detail: str) -> bool:
    """Whether what is asked is one thing that reads as it is."""
    if not tool or not detail or visible(detail) != detail:
        return False
    if tool in FILE_TOOLS:
        return posixpath.normpath(detail) == detail and ".." not in detail.split("/")
    return not _COMPOUND.search(detail)


def _covers(rule: str, tool: str, detail: str) -> bool:
    found = _RULE.fullmatch(rule)
    if found is None or found.group("tool") != tool:
        return False
    glob = found.group("glob")
    return glob is None or fnmatchcase(detail, glob)
