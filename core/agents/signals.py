"""What a program says of itself through its hooks or notifiers: from its data to what it means."""

import re
from dataclasses import dataclass
from typing import Any

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.hook import DETAIL_LIMIT, field
from crewtui.core.model.agent import AgentState
from crewtui.core.model.text import clean, one_line

MARK = re.compile(r"^\[from [^\]\n]* #([0-9a-f]{8})(?: · redelivered)?\]", re.MULTILINE)
"""A message's id in the head that its frame begins with; lines of bodies never look like one."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal's meaning; ``marks`` are ids of messages whose text was submitted.

    ``whole`` says that ``detail`` is all that was signalled, to the letter; ``well`` that the turn
    ended without an error.
    """

    name: str
    state: AgentState | None = None
    session: str = ""
    marks: tuple[str, ...] = ()
    tool: str = ""
    detail: str = ""
    whole: bool = False
    side_sessions: bool = False
    well: bool = False


def interpret(adapter: Adapter, name: str, data: dict[str, Any]) -> Heard | None:
    """What the signal means by the adapter's rules; none if it has no rule for it."""
    rule = adapter.signals.get(name)
    if rule is None:
        return None
    if any(str(field(data, path)) != wanted for path, wanted in rule.match.items()):
        return None
    if any(wrong.search(_text(field(data, path))) for path, wrong in rule.unless.items()):
        return None
    detail = next((found for path in rule.detail if (found := _text(field(data, path)))), "")
    marks = tuple(MARK.findall(_text(field(data, rule.prompt)))) if rule.prompt else ()
    session = _text(field(data, rule.session)) if rule.session else ""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", session):
        session = ""  # it becomes an argument of a command
    tool = one_line(_text(field(data, rule.tool)), 60) if rule.tool else ""
    whole = detail.strip() == clean(detail) and "\n" not in detail and len(detail) <= DETAIL_LIMIT
    if not whole:
        detail = one_line(detail, DETAIL_LIMIT)
    return Heard(
        name, rule.state, session, marks, tool, detail, whole, rule.side_sessions, rule.well
    )


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_text(part) for part in value)
    return value if isinstance(value, str) else ""
