"""Start, stop, restart and reset the current agent."""

from typing import ClassVar

from crewtui.app import requests
from crewtui.app.keys.key import Key, KeyGroup
from crewtui.widgets.agent_list import AgentList


class AgentKeys(KeyGroup):
    """What is done to an agent itself; its list has the keys, the palette has them everywhere."""

    NAME = "agents"
    KEYS = (
        Key("", "steer", "Start", "Start the current agent", False, ("start",)),
        Key("", "steer", "Stop", "Stop the current agent", False, ("stop",)),
        Key("", "steer", "Restart", "Start the current agent anew", False, ("restart",)),
        Key("", "steer", "Reset", "Reset the current agent", False, ("reset",)),
    )
    WISHES: ClassVar = {AgentList.Asked: "on_asked"}

    def steer(self, what: str) -> None:
        """Start, stop, restart or reset the current agent."""
        if self._app.board.current is None:
            self.say("choose an agent first", warn=True)
        else:
            self._app.ask(requests.steer(self._app.crew, self._app.board.current, what))

    def on_asked(self, wish: AgentList.Asked) -> None:
        """The same for the agent on a row."""
        self._app.ask(requests.steer(self._app.crew, wish.agent, wish.what))
