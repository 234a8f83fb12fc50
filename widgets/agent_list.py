"""The list of agents, with what may be done to each."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from crewtui.widgets.row_list import RowList


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
    class Asked(Message):
        """The person wants an agent started, stopped, restarted or reset."""

        agent: str
        what: str

    def action_ask(self, what: str) -> None:
        """Ask for it for the highlighted agent."""
        if self.key is not None:
            self.post_message(self.Asked(self.key, what))
