"""The list of agents, with what may be done to each."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from crewtui.core.model.agent import AgentView
from crewtui.core.model.message import WAITING
from crewtui.widgets.glyphs import AGENT, age, word
from crewtui.widgets.plain import fitted, styled
from crewtui.widgets.row_list import Row, RowList, Shown
from crewtui.widgets.wish import Wish


class AgentList(RowList):
    """Every agent with its state; Enter shows its pane."""

    TITLE = "CREW"
    EMPTY = "No agents. Add one to .orchestrator/agents.toml."
    HELP = """
# Crew

Every agent: ● ready, ◐ busy, ? asks, … starting, ↻ restarts soon, ✗ needs you, ■ stopped.

- Enter: go to its pane
- `a` / `x` / `A` / `d` / `c`: answer what the agent on the row asks; else go to the one that asks
- `S` start, `K` stop, `ctrl+r` restart, `D` reset (lets a degraded agent start again)
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("S", "ask('start')", "Start", id="agent.start", tooltip="Start a stopped agent"),
        Binding("K", "ask('stop')", "Stop", id="agent.stop", tooltip="End it and leave it stopped"),
        Binding("ctrl+r", "ask('restart')", "Restart", id="agent.restart", tooltip="Start anew"),
        Binding("D", "ask('reset')", "Reset", id="agent.reset", tooltip="Clear its restarts"),
    ]

    @dataclass
    class Asked(Wish):
        """The person wants an agent started, stopped, restarted or reset."""

        agent: str
        what: str

    def action_ask(self, what: str) -> None:
        """Ask for it for the highlighted agent."""
        if self.key is not None:
            self.post_message(self.Asked(self.key, what))

    def rows_of(self, shown: Shown) -> list[Row]:
        """One row an agent, with the mail that waits for it."""
        waiting: dict[str, int] = {}
        for message in shown.crew.messages.values():
            if message.state in WAITING:
                waiting[message.recipient] = waiting.get(message.recipient, 0) + 1
        agents = shown.crew.agents.values()
        return [agent_row(agent, shown.now, waiting.get(agent.id, 0)) for agent in agents]


def agent_row(view: AgentView, now: float, waiting: int) -> Row:
    """One agent: glyph, id, state, since when, mail that waits."""
    glyph, color = AGENT[view.state]
    restarts = f"{view.restarts}/{view.restart_limit}" if view.restarts else ""
    mail = f"✉{waiting}" if waiting else ""
    return Row(
        view.id,
        styled(
            (f"{glyph} ", color),
            (fitted(view.id, 10), "bold" if view.state.value == "asking" else ""),
            (f" {fitted(word(view.state), 8)}", color),
            (f"{age(now - view.since):>4}", "$text-muted"),
            (f" {restarts}" if restarts else "", "$state-warn"),
            (f" {mail}" if mail else "", "$state-busy"),
        ),
    )
