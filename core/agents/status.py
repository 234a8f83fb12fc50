"""From a screen to a state with its evidence: pure."""

import re
from dataclasses import dataclass

from crewtui.core.agents.adapter import Adapter, Composer, Cue
from crewtui.core.model.agent import AgentState, Evidence
from crewtui.core.model.screen import Screen
from crewtui.core.model.text import one_line

_ESCAPES = re.compile("\x1b\\[[0-9;:]*[A-Za-z]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[\x0e\x0f]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a screen says: the state and why, and the composer if one is seen."""

    state: AgentState
    evidence: Evidence
    composer: bool
    draft: str = ""
    question: str = ""


def plain_lines(screen: Screen) -> list[str]:
    """The screen's lines without colours, right-trimmed."""
    return [_ESCAPES.sub("", line).rstrip() for line in screen.lines]


def read_status(adapter: Adapter, screen: Screen) -> Reading:
    """What the agent is doing, from its screen alone."""
    lines = plain_lines(screen)
    composer = _find(adapter.composer, lines, screen) if adapter.composer else None
    draft = (composer.groupdict().get("draft") or "").strip() if composer else ""
    for cue in adapter.cues:
        found = _find(cue, lines, screen)
        if found is not None:
            evidence = Evidence(rule=cue.name, line=one_line(found.string))
            asks = found.groupdict().get("question") or found.string
            question = one_line(asks) if cue.state is AgentState.ASKING else ""
            return Reading(cue.state, evidence, composer is not None, draft, question)
    if composer is not None:
        evidence = Evidence(rule="composer", line=one_line(composer.string))
        return Reading(AgentState.IDLE, evidence, True, draft)
    seen = adapter.composer is None and adapter.otherwise is AgentState.IDLE
    return Reading(adapter.otherwise, Evidence(rule="no cue on screen"), seen)


def _find(cue: Cue | Composer, lines: list[str], screen: Screen) -> re.Match[str] | None:
    if cue.where == "cursor":
        if screen.cursor_y >= len(lines):
            return None
        return cue.match.search(lines[screen.cursor_y])
    filled = [line for line in lines if line]
    for line in reversed(filled[-cue.within :]):
        if found := cue.match.search(line):
            return found
    return None
