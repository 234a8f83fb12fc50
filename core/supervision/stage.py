"""What a runner needs of the rest of the supervisor, and what it may be given of an earlier one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from crewtui.core.agents.adapter import Adapter
from crewtui.core.config.crew import AgentSpec
from crewtui.core.model.errors import TmuxError
from crewtui.core.model.screen import Screen
from crewtui.core.supervision.fix_loop import Escalate, Retry
from crewtui.core.terminal.terminal import Terminal
from crewtui.core.tmux.server import Pane


@dataclass(frozen=True, slots=True)
class Adopted:
    """A run of an earlier supervisor whose pane was found again."""

    run: str
    pane: Pane
    started_at: float
    output_from: str = ""
    """Where in its transcript its output begins."""
    ground: str = ""
    """Where it rests and who reads there, as its sight has kept it."""


@dataclass(frozen=True, slots=True)
class Launch:
    """One start of an agent's program; ``session`` is one to take up again, if any."""

    spec: AgentSpec
    adapter: Adapter
    run: str
    session: str = ""
    resumed: bool = False


def next_launch(spec: AgentSpec, adapter: Adapter, run: str, before: str | None) -> Launch:
    """A start that takes up the session ``before``, where the program can do that.

    None means that there was no run before; the empty text, that its session is not known.
    """
    needs = any("{session}" in word for word in adapter.wiring.resume)
    resumed = before is not None and bool(adapter.wiring.resume) and bool(before or not needs)
    return Launch(spec, adapter, run, (before or "") if resumed else "", resumed)


class Stage(Protocol):
    """What a runner asks of tmux and the rest of the supervisor."""

    async def open_pane(self, launch: Launch, old: Pane | None) -> Pane:
        """Start the agent's program in a pane."""
        ...

    def terminal(self, agent: str, pane: Pane) -> Terminal:
        """The pane's terminal as the kernel sees it, with what was printed on it."""
        ...

    async def release(self, launch: Launch) -> None:
        """Let the program begin: until then its pane waits, so that no output is missed."""
        ...

    async def pane_end(self, pane: Pane) -> tuple[int | None, int | None]:
        """Exit code and signal of a dead pane."""
        ...

    async def screen(self, pane: Pane) -> Screen | None:
        """The pane as it is now, if it can be seen."""
        ...

    async def started(self, launch: Launch) -> None:
        """The program runs: its startup prompt may be queued."""
        ...

    async def settled(self, agent: str, why: str) -> None:
        """The agent runs no more and is not started by itself: what its run waited for is over."""
        ...

    def later(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do this after so many seconds, unless the crew ends before."""
        ...


async def last_look(stage: Stage, pane: Pane) -> tuple[int | None, int | None, Screen | None]:
    """Exit code, signal and last screen of a pane whose program has ended; none if it is lost."""
    try:
        return *await stage.pane_end(pane), await stage.screen(pane)
    except TmuxError:
        return None, None, None


class ErrorDesk(Protocol):
    """Where failed turns and runs are written down and passed on."""

    async def failed(self, agent: str, message: str, decision: Retry | Escalate) -> None:
        """A turn or run failed: write it down, and pass it on if it is given up."""
        ...

    async def try_again(self, agent: str, message: str) -> None:
        """A failed turn is over: see that the agent goes on."""
        ...
