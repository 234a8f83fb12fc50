"""All agents in one line, for small screens, and the tabs of the panels."""

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Static

from crewtui.core.model.crew_state import CrewState
from crewtui.widgets.glyphs import AGENT
from crewtui.widgets.plain import styled


class AgentStrip(Static):
    """Glyph and id of each agent."""

    DEFAULT_CSS = "AgentStrip { height: 1; padding: 0 1; text-wrap: nowrap; }"

    def __init__(self, *, id: str):  # noqa: A002 - Textual's name for it
        super().__init__("", id=id, markup=False)

    def show(self, state: CrewState) -> None:
        """Draw the agents' states."""
        parts: list[tuple[str, str]] = []
        for view in state.agents.values():
            glyph, color = AGENT[view.state]
            parts += [(f"{glyph} ", color), (f"{view.id}  ", "")]
        self.update(styled(*parts))


class PanelTabs(Static):
    """The panels that share one place: the number of each is its key."""

    DEFAULT_CSS = "PanelTabs { height: 1; text-wrap: nowrap; background: $panel; }"

    @dataclass
    class Chosen(Message):
        """A click on a panel's name."""

        panel: str

    def __init__(self, *, id: str):  # noqa: A002 - Textual's name for it
        super().__init__("", id=id, markup=False)
        self._spans: list[tuple[int, int, str]] = []

    def show(self, names: list[tuple[str, str, str]], current: str) -> None:
        """Show each panel's key and name (id, key, words), the current one marked."""
        parts: list[tuple[str, str]] = []
        self._spans, at = [], 0
        for panel, key, words in names:
            text = f" {key} {words} "
            parts.append((text, "bold reverse" if panel == current else ""))
            self._spans.append((at, at + len(text), panel))
            at += len(text)
        self.update(styled(*parts))

    def on_click(self, event: events.Click) -> None:
        """Choose the panel under the pointer."""
        for start, end, panel in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(panel))
