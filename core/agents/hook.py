"""What a program's hook is answered before it uses a tool, by the rules of its agent.

Imports nothing heavy: it runs before each tool of an agent, with or without a supervisor. The
rules lie in the run's private folder since its start.
"""

import json
from pathlib import Path
from typing import Any

from crewtui.core.model.rules import approving, denying

RULES = "policy.json"
DECIDED = "crewtui_decided"
"""Where a signal's data says what a rule decided of it."""
DETAIL_LIMIT = 2000
"""A longer command is never approved by a rule."""


def field(data: Any, path: str) -> Any:
    """The value at a dotted path, or none."""
    found = data
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def decide(folder: Path, signal: str, data: Any) -> dict[str, str] | None:
    """What the rules decide of a tool, with the ``answer`` to print; none leaves it to the program.

    Keys: ``role`` (approve or deny), ``rule``, ``tool``, ``detail``, ``answer``.
    """
    try:
        rules = json.loads((folder / RULES).read_text(encoding="utf-8"))
        return _decided(rules, data) if rules["signal"] == signal else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None  # a file that is no such file decides nothing


def _decided(rules: dict[str, Any], data: Any) -> dict[str, str] | None:
    tool = str(field(data, rules["tool"]) or "")
    tool = rules["tools"].get(tool, tool)
    detail = next((f for path in rules["detail"] if isinstance(f := field(data, path), str)), "")
    role, rule = "deny", denying(tool, detail, rules["deny"])
    planning = field(data, "permission_mode") == "plan"  # then nothing is to be done at all
    if rule is None and len(detail) <= DETAIL_LIMIT and not planning:
        role, rule = "approve", approving(tool, detail, rules["approve"])
    template = rules.get("deny_answer" if role == "deny" else "approve_answer")
    if rule is None or not template:
        return None
    reason = json.dumps(f"crewtui: the policy {rule} {'denies' if role == 'deny' else 'approves'}")
    answer = template.replace("{reason}", reason[1:-1])
    return {"role": role, "rule": rule, "tool": tool, "detail": detail, "answer": answer}
