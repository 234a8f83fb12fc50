"""The top line: project, states, message rate, and whether the supervisor answers."""

from collections import Counter

from textual.content import Content
from textual.widgets import Static

from crewtui.core.model.agent import AgentState
from crewtui.core.model.crew_state import CrewState
from crewtui.core.model.phase import Phase
from crewtui.core.model.task import TaskState
from crewtui.core.model.vote import VoteState
from crewtui.widgets.glyphs import AGENT, age
from crewtui.widgets.plain import styled

BARS = " ▁▂▃▄▅▆▇█"
MINUTES = 12


class CrewHeader(Static):
    """One line over everything."""

    DEFAULT_CSS = """
    CrewHeader { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self, *, id: str):  # noqa: A002 - Textual's name for it
        super().__init__("", id=id, markup=False)
        self._shown: Content | None = None

    def show(self, state: CrewState, up: bool, needs: int, now: float) -> None:
        """Draw the line again if it changed."""
        counts = Counter(view.state for view in state.agents.values())
        parts: list[tuple[str, str]] = [("crewtui ", "bold $primary"), (f" {state.project} ", "")]
        parts += _phase(state, now)
        if needs:
            parts += [("  ", ""), (f" {needs} need you ", "bold reverse $state-ask")]
        for kind in AgentState:
            if counts[kind]:
                glyph, color = AGENT[kind]
                parts.append((f"  {glyph} {counts[kind]}", color))
        rate = delivered_per_minute(state, now)
        parts.append((f"   {rate[-1]}/min ", "$text-muted"))
        parts.append((sparkline(rate), "$primary"))
        if not up:
            other = "protocol" in state.troubles
            what = "another version: see NEEDS YOU" if other else "supervisor gone · connecting …"
            parts += [("   ", ""), (f" {what} ", "bold reverse $state-bad")]
        elif state.supervisor is not None:
            since = age(now - state.supervisor.started_at)
            parts.append((f"   supervisor up {since}", "$text-muted"))
        content = styled(*parts)
        if content != self._shown:
            self._shown = content
            self.update(content)


def _phase(state: CrewState, now: float) -> list[tuple[str, str]]:
    """The phase, how far its milestone is, and when the clock ends it."""
    view = state.phase
    if view.phase is Phase.NONE:
        return []
    parts = [("  ", ""), (f" {view.phase} ", "bold reverse $primary")]
    milestone = state.milestones.get(view.milestone)
    if milestone is not None:
        own = [task for task in state.tasks.values() if task.milestone in ("", milestone.id)]
        merged = sum(task.state is TaskState.MERGED for task in own)
        parts.append((f" {milestone.title} {merged}/{len(own)}", ""))
    ends = _ends(state)
    if view.paused_at is not None:
        parts.append((" paused ", "bold reverse $state-warn"))
    elif ends is not None:
        parts.append((f" {age(ends - now)} left", "$text-muted"))
    return parts


def _ends(state: CrewState) -> float | None:
    view = state.phase
    if view.phase is Phase.DEBATE and view.debate in state.debates:
        return state.debates[view.debate].closes_at
    if view.phase is Phase.VOTE and view.vote in state.votes:
        vote = state.votes[view.vote]
        return vote.closes_at if vote.state is VoteState.OPEN else None
    return view.closes_at


def delivered_per_minute(state: CrewState, now: float) -> list[int]:
    """Messages delivered in each of the last minutes, the newest last."""
    buckets = [0] * MINUTES
    for message in state.messages.values():
        minutes = int((now - message.changed_at) // 60)
        if message.state.value == "delivered" and 0 <= minutes < MINUTES:
            buckets[MINUTES - 1 - minutes] += 1
    return buckets


def sparkline(values: list[int]) -> str:
    """The values as bars of eight heights."""
    top = max(1, *values)
    return "".join(BARS[-(-value * 8 // top)] for value in values)
