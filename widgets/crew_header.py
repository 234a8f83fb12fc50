"""The top line: project, states, message rate, and whether the supervisor answers."""

from collections import Counter

from textual.content import Content
from textual.widgets import Static

from crewtui.core.model.agent import AgentState
from crewtui.core.model.crew_state import CrewState
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
            parts += [("   ", ""), (" supervisor gone · connecting … ", "bold reverse $state-bad")]
        elif state.supervisor is not None:
            since = age(now - state.supervisor.started_at)
            parts.append((f"   supervisor up {since}", "$text-muted"))
        content = styled(*parts)
        if content != self._shown:
            self._shown = content
            self.update(content)


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
