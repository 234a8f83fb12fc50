"""A trial of one agent: what it is told, what is seen of it meanwhile, and how long one waits."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from crewtui.app.spike.words import Words
from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.sight import JUST_PRINTED
from crewtui.core.client.call import call
from crewtui.core.client.identity import as_operator
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.model.agent import AgentState
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.rpc.agents import ExplainAgent, RestartAgent
from crewtui.core.rpc.mail import PurgeMessage, SendMessage
from crewtui.core.rpc.request import Request
from crewtui.core.rpc.status import Status
from crewtui.core.rpc.watching import Events

T = TypeVar("T")
LOOK_S = 0.05
"""Between two looks at the agent, in seconds."""
RESTS_S = 0.4
"""So long an agent must have been idle to count as at rest, in seconds."""
OVER = frozenset({"failed", "degraded", "stopped", "exited", "login", "limit", "error"})
"""States that no message changes: there is no use in waiting on."""
WAITING = frozenset({"queued", "held", "dead"})
PASSING = frozenset({JUST_PRINTED, "a message is being typed", "does not read what was typed"})
"""What our own typing does to an agent is no work of its own."""


@dataclass(slots=True)
class Seen:
    """The last states of the agent, each with when it began in monotonic seconds."""

    state: str = ""
    since: float = 0.0
    screens: dict[str, list[str]] = field(default_factory=dict)
    """The newest screen in each state."""


class Trial:
    """One agent on trial; ``own`` says that its crew was made for the trial alone.

    ``limit_s`` is how long each step may wait for one thing, in seconds.
    """

    def __init__(
        self,
        project: Project,
        spec: AgentSpec,
        adapter: Adapter,
        *,
        tag: str,
        limit_s: float,
        own: bool,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ):
        self.project = project
        self.spec = spec
        self.adapter = adapter
        self.words = Words(tag, runs=adapter.runs_messages)
        self.limit_s = limit_s
        self.own = own
        self.clock = clock
        self.seen = Seen()
        self.broken = ""
        """Why nothing more can be tried."""
        self._tag = tag
        self._gone: set[str] = set()
        self._pause = pause
        newest = self.ask(Events(limit=1))
        self._after = newest[-1]["id"] if newest else 0

    @property
    def agent(self) -> str:
        """The agent's name."""
        return self.spec.id

    @property
    def folder(self) -> Path:
        """Where the program runs."""
        return self.project.root / (self.spec.cwd or "")

    def ask(self, asked: Request) -> Any:
        """A request to the supervisor, as the operator; raises ``CrewtuiError``."""
        return call(self.project, asked, said=as_operator(self.project))

    def look(self) -> dict[str, Any]:
        """The agent as it is now; keeps what was seen of it."""
        view = dict(self.ask(Status())["agents"][self.agent])
        state = str(view["state"])
        if state == AgentState.BUSY and view["evidence"]["rule"] in PASSING:
            state = "passing"
        if state != self.seen.state:
            self.seen.state, self.seen.since = state, self.clock()
        return view

    def keep_screen(self) -> dict[str, Any]:
        """Why it is believed to be in its state; its screen is kept under that state."""
        found = dict(self.ask(ExplainAgent(agent=self.agent)))
        if "lines" in found:
            self.seen.screens[str(found["state"])] = list(found["lines"])
        return found

    def lasts(self, state: AgentState, seconds: float) -> bool:
        """Whether it is in this state, and has been for so long."""
        self.look()
        return self.seen.state == state and self.clock() - self.seen.since >= seconds

    def until(
        self, condition: Callable[[], T], limit_s: float | None = None, *, despite: bool = False
    ) -> T | None:
        """The first answer that is true, or none once time is up.

        An agent that cannot go on is not waited for, but ``despite`` that for one that restarts.
        """
        deadline = self.clock() + (self.limit_s if limit_s is None else limit_s)
        while self.clock() < deadline:
            if found := condition():
                return found
            if self.seen.state in OVER and not despite:
                return condition() or None
            self._pause(LOOK_S)
        return None

    def rests(self) -> bool:
        """Wait until it is idle for a moment and nothing of ours is on its way or half typed."""

        def done() -> bool:
            idle = self.lasts(AgentState.IDLE, RESTS_S)
            return idle and not any(under_way(m) for m in self.ours() if m["id"] not in self._gone)

        return bool(self.until(done))

    def forget(self) -> None:
        """Give up what is under way: the program's run is about to be ended with it."""
        self._gone |= {m["id"] for m in self.ours() if under_way(m)}
        for message in self.ours():
            if message["id"] in self._gone:
                self._purge(message)

    def restart(self) -> bool:
        """Start it anew and wait until another process is idle; whether it is."""
        old = self.look()["pid"]
        self.ask(RestartAgent(agent=self.agent))
        self.until(lambda: self.look()["pid"] not in (None, old), despite=True)
        self.seen.state = ""
        return bool(self.until(lambda: self.lasts(AgentState.IDLE, RESTS_S)))

    def send(self, what: str, body: str) -> None:
        """A message to the agent under its own topic."""
        topic = f"spike-{self._tag}-{what}"
        self.ask(SendMessage(recipient=self.agent, topic=topic, body=body))

    def ours(self) -> list[dict[str, Any]]:
        """The spike's own messages."""
        found = self.ask(Status())["messages"].values()
        return [m for m in found if m["topic"].startswith(f"spike-{self._tag}-")]

    def message(self, what: str) -> dict[str, Any] | None:
        """One of them by its topic."""
        topic = f"spike-{self._tag}-{what}"
        return next((m for m in self.ours() if m["topic"] == topic), None)

    def events(self, kind: str, message: str = "") -> list[dict[str, Any]]:
        """The agent's events of this kind since the spike began, perhaps of one message."""
        found = self.ask(Events(after=self._after, limit=5000))
        mine = [e for e in found if e["kind"] == kind and e["agent"] == self.agent]
        return [e for e in mine if message in ("", e["message"])]

    def purge(self, message: dict[str, Any]) -> None:
        """Give up a message of ours that is dead, or waits and was not typed."""
        if not under_way(message):
            self._purge(message)

    def _purge(self, message: dict[str, Any]) -> None:
        if message["state"] in WAITING:
            with suppress(Refused):
                self.ask(PurgeMessage(message=message["id"]))

    def clean_up(self) -> None:
        """Give up all of ours that wait."""
        with suppress(CrewtuiError):
            for message in self.ours():
                self.purge(message)


def under_way(message: dict[str, Any]) -> bool:
    """Whether it was typed, or is being typed, and may stand in the program now."""
    open_ = message["state"] in ("pasting", "submitted", "in agent")
    return open_ or (message["state"] in ("held", "queued") and bool(message["step"]))
