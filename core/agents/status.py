"""From a screen to a state with its evidence: pure."""

import re
from dataclasses import dataclass

from crewtui.core.agents.adapter import Adapter, Cue
from crewtui.core.agents.draft import Seen, filled_part, find_composer, plain_lines
from crewtui.core.agents.question import Question, read_question
from crewtui.core.model.agent import AgentState, Evidence
from crewtui.core.model.screen import Screen
from crewtui.core.model.terminal import Place
from crewtui.core.model.text import one_line

NO_CUE = "no cue on screen"
"""The rule of a reading that no cue and no composer gave."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a screen says: the state and why, and the composer if one is seen.

    ``ends_s`` is in how many seconds the state ends, ``clock`` when, where the program says so;
    ``failed`` is the kind of error that ended a turn.
    """

    state: AgentState
    evidence: Evidence
    composer: bool
    draft: str = ""
    question: Question | None = None
    ends_s: float | None = None
    clock: str = ""
    failed: str = ""
    place: Place | None = None
    """An unknown prompt that a person is to be asked of."""
    rests: Place | None = None
    """Where it rests, if the terminal was looked at."""


def read_status(adapter: Adapter, screen: Screen) -> Reading:
    """What the agent is doing, from its screen alone."""
    lines = plain_lines(screen)
    seen = find_composer(adapter.composer, lines, screen) if adapter.composer else None
    draft = seen.draft if seen is not None else ""
    around = without_draft(lines, seen)
    for cue in adapter.cues:
        if cue.alone and seen is not None:
            continue
        found = find_cue(cue, around if cue.where == "bottom" else lines, screen)
        if found is not None:
            return _by_cue(adapter, cue, found, screen, seen)
    if seen is not None:
        evidence = Evidence(rule="composer", line=one_line(seen.line))
        return Reading(AgentState.IDLE, evidence, True, draft)
    free = adapter.composer is None and adapter.otherwise is AgentState.IDLE
    return Reading(adapter.otherwise, Evidence(rule=NO_CUE), free)


def _by_cue(
    adapter: Adapter,
    cue: Cue,
    found: re.Match[str],
    screen: Screen,
    seen: Seen | None,
) -> Reading:
    groups = found.groupdict()
    line = found.group().strip("\n").split("\n")[0] if cue.where == "block" else found.string
    evidence = Evidence(rule=cue.name, line=one_line(groups.get("question") or line))
    question = None
    if cue.state is AgentState.ASKING:
        seen = None  # where a question stands nothing else is typed
        question = read_question(adapter, screen, one_line(groups.get("question") or line))
    return Reading(
        cue.state,
        evidence,
        seen is not None,
        seen.draft if seen is not None else "",
        question,
        _seconds(groups),
        one_line(groups.get("clock") or ""),
        cue.failed,
    )


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _seconds(groups: dict[str, str | None]) -> float | None:
    """``5``, ``90s``, ``2m 5s``, ``1h30m`` in seconds."""
    said = groups.get("seconds")
    if not said:
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhd]?)", said)
    return sum(float(number) * _UNITS[unit or "s"] for number, unit in parts) if parts else None


def without_draft(lines: list[str], seen: Seen | None) -> list[str]:
    """The lines without what stands in the composer: a draft's words say nothing of the state."""
    if seen is None or seen.end >= len(lines):
        return lines
    return [*lines[: seen.top], *[""] * (seen.end - seen.top), *lines[seen.end :]]


def find_cue(cue: Cue, lines: list[str], screen: Screen) -> re.Match[str] | None:
    """Where the cue stands on the screen, if it does."""
    match cue.where:
        case "cursor":
            if screen.cursor_y >= len(lines):
                return None
            return cue.match.search(lines[screen.cursor_y])
        case "title":
            return cue.match.search(screen.title)
        case "block":
            return cue.match.search("\n".join(filled_part(lines, cue.within)[1]))
        case _:
            filled = [line for line in lines if line]
            for line in reversed(filled[-cue.within :]):
                if found := cue.match.search(line):
                    return found
            return None
