"""What handlers of requests need of the crew and of the client that asks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from crewtui.core.config.project import Project
from crewtui.core.ledger.feed import ChangeFeed
from crewtui.core.ledger.store import Ledger
from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import OPERATOR
from crewtui.core.rpc.request import Request
from crewtui.core.service.approvals import Approvals
from crewtui.core.service.boundary import Boundary
from crewtui.core.service.post_office import PostOffice
from crewtui.core.service.signals import SignalDesk
from crewtui.core.service.stage import TmuxStage
from crewtui.core.supervision.runner import Runner
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.workflow.workflow import Workflow


class CrewPort(Protocol):
    """The crew, as far as requests need it."""

    project: Project
    ledger: Ledger
    feed: ChangeFeed
    boundary: Boundary
    runners: dict[str, Runner]
    workflow: Workflow
    mail: PostOffice
    approvals: Approvals
    signals: SignalDesk
    stage: TmuxStage
    link: TmuxLink

    def runner(self, agent: str) -> Runner:
        """The agent's runner; raises ``Refused`` if there is none."""
        ...

    def show(self, agents: set[str]) -> None:
        """Somebody looks at these agents' panes."""
        ...


class Client(Protocol):
    """The connection that a request came over."""

    def subscribe(self) -> dict[str, Any]:
        """Send changes from now on; returns the snapshot that they follow."""
        ...

    def show(self, agents: set[str]) -> None:
        """Send frames of these agents' panes."""
        ...

    def all_visible(self) -> set[str]:
        """Whose panes any client shows."""
        ...

    def on_stop(self, keep_agents: bool) -> None:
        """End the supervisor."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: ``actor`` is an agent, the operator, or empty where that was not asked for."""

    actor: str = ""
    over: Client | None = None

    @property
    def client(self) -> Client:
        """The connection; raises ``Refused`` for a request that came as a file."""
        if self.over is None:
            raise Refused("that is asked over the supervisor's socket only")
        return self.over

    @property
    def is_operator(self) -> bool:
        """Whether the operator asks."""
        return self.actor == OPERATOR


Handlers = dict[type[Request], Callable[[Any, Any, Any], Awaitable[Any]]]
"""For each request its function of crew, caller and request; it raises ``CrewtuiError``."""


def agents_named(crew: CrewPort, named: tuple[str, ...]) -> tuple[str, ...]:
    """The agents that are named, or all of the crew; raises ``Refused`` for one that is none."""
    for agent in named:
        crew.runner(agent)
    return named or tuple(crew.runners)
