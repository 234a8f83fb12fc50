"""The panes of the crew on its tmux server: where runners start their programs."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.fence.kinds import Fence
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import TmuxError
from crewtui.core.model.screen import Screen
from crewtui.core.supervision.plan import release, write_plan
from crewtui.core.supervision.stage import Launch
from crewtui.core.supervision.transcript import pipe_command, rotate
from crewtui.core.terminal.terminal import Terminal
from crewtui.core.tmux.frames import Frames
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.server import Pane, TmuxServer

DEFAULT_SIZE = (120, 36)
GROUP_SIZE = (200, 50)
DEAD_TRIES = 100
DEAD_LOOK_S = 0.01
"""tmux needs a moment after the process ended to see it; this often and so long we look."""


class TmuxStage:
    """Opens panes, sizes them, and keeps their windows linked into the hub."""

    def __init__(
        self,
        project: Project,
        server: TmuxServer,
        link: TmuxLink,
        frames: Frames,
        hub: str,
        history_lines: int,
        prompt_of: Callable[[AgentSpec], str],
        on_started: Callable[[Launch, str], Awaitable[None]],
        clock: Clock,
    ):
        self._project = project
        self._server = server
        self._link = link
        self._frames = frames
        self._hub = hub
        self._history = history_lines
        self._prompt_of = prompt_of
        self._on_started = on_started
        self._clock = clock
        self.tasks: asyncio.TaskGroup | None = None
        self.fence = Fence.NONE
        self._opening = asyncio.Lock()
        self.sizes: dict[str, tuple[int, int]] = {}
        self.on_settled: Callable[[str, str], Awaitable[None]] = _nothing
        self.on_pane: Callable[[str, Pane | None], None] = lambda _agent, _pane: None

    async def ensure_server(self) -> None:
        """Start the tmux server and the hub session if they are not there."""
        async with self._opening:
            await asyncio.to_thread(self._server.start, self._hub, self._history)

    async def open_pane(self, launch: Launch, old: Pane | None) -> Pane:
        """Start the agent's program: in its old pane where that still stands, else in a new one."""
        await self.ensure_server()
        agent, run = launch.spec, launch.run
        prompt = self._prompt_of(agent) if by_argument(launch) else ""
        argv = await asyncio.to_thread(write_plan, self._project, launch, self.fence, prompt)
        async with self._opening:
            pane = await asyncio.to_thread(self._open, agent, argv, run, old)
        await self.attach(agent, pane)
        return pane

    def _open(self, agent: AgentSpec, argv: list[str], run: str, old: Pane | None) -> Pane:
        panes = self._server.panes()
        if old is not None and any(pane.id == old.id for pane in panes):
            fresh = self._server.respawn(old.id, argv, run)
            return Pane(fresh.id, fresh.pid, fresh.window, old.session, False, run, fresh.tty)
        session, exists = self._session(agent)
        if exists and agent.group:
            return self._server.split(session, argv, run, agent.layout)
        if exists:
            self._server.kill_session(session)
        size = self.sizes.get(agent.id, GROUP_SIZE if agent.group else DEFAULT_SIZE)
        return self._server.spawn(session, argv, run, size, self._project.key)

    def _session(self, agent: AgentSpec) -> tuple[str, bool]:
        """``<project>-<agent>``, or a name of its own where another project has that one."""
        plain = f"{self._project.name}-{agent.group or agent.id}"
        owner = self._server.session_owner(plain)
        if owner in (None, self._project.key):
            return plain, owner is not None
        keyed = f"{self._project.name}-{self._project.key}-{agent.group or agent.id}"
        return keyed, self._server.session_exists(keyed)

    async def attach(self, agent: AgentSpec, pane: Pane) -> None:
        """Link the pane's window into the hub, follow it, and write its transcript."""
        await asyncio.to_thread(self._server.show_in_hub, pane, self._hub)
        self._frames.watch(pane.id)
        self.on_pane(agent.id, pane)
        await self.pipe(agent.id, pane)
        if agent.id in self.sizes:
            await self.resize(agent, pane, *self.sizes[agent.id])

    def terminal(self, agent: str, pane: Pane) -> Terminal:
        """The pane's terminal as the kernel sees it, with what was printed on it."""
        transcript = self._project.logs / "transcripts" / f"{agent}.log"
        return Terminal(pane.pid, pane.tty, transcript, self._clock)

    async def release(self, launch: Launch) -> None:
        """Let the program begin: its transcript is open and followed."""
        await asyncio.to_thread(release, self._project, launch.run)

    async def pipe(self, agent: str, pane: Pane) -> None:
        """Open the pane's transcript."""
        command = pipe_command(self._project, agent)
        if command is not None:
            with suppress(TmuxError):  # a program that has ended already has no pipe
                await asyncio.to_thread(self._server.cmd, "pipe-pane", "-t", pane.id, command)

    async def rotate(self, agent: str, pane: Pane) -> None:
        """Start a new transcript file if the old one grew over its limit."""
        path = self._project.logs / "transcripts" / f"{agent}.log"
        if await asyncio.to_thread(rotate, path):
            await self.pipe(agent, pane)

    async def resize(self, agent: AgentSpec, pane: Pane, width: int, height: int) -> None:
        """Give the pane the size of the widget that shows it; a shared window keeps its own."""
        size = (max(40, min(width, 500)), max(10, min(height, 200)))
        self.sizes[agent.id] = size
        if not agent.group:
            words = ("resize-window", "-t", pane.window, "-x", str(size[0]), "-y", str(size[1]))
            await self._link.run([words])

    async def pane_end(self, pane: Pane) -> tuple[int | None, int | None]:
        """Exit code and signal of the dead pane; neither if the pane was lost."""
        fields = "#{pane_dead} #{pid} #{pane_dead_status},#{pane_dead_signal}"
        for _ in range(DEAD_TRIES):
            reply = (await self._link.run([("display-message", "-p", "-t", pane.id, fields)]))[0]
            if not reply.ok or not reply.lines or " " not in reply.lines[0]:
                return None, None
            dead, server, rest = reply.lines[0].split(" ", 2)
            code, _, number = rest.partition(",")
            if dead == "1" and (code or number):
                return int(code) if code else None, int(number) if number else None
            nudge(int(server))
            await asyncio.sleep(DEAD_LOOK_S)
        return None, None

    async def screen(self, pane: Pane) -> Screen | None:
        """The pane as it is now, if it can be seen."""
        try:
            return await self._frames.look(pane.id)
        except TmuxError:
            return None

    async def started(self, launch: Launch) -> None:
        """Pass on that the program runs, with its startup prompt."""
        await self._on_started(launch, self._prompt_of(launch.spec))

    async def settled(self, agent: str, why: str) -> None:
        """Pass on that the agent runs no more and is not started by itself."""
        await self.on_settled(agent, why)

    def later(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do this after so many seconds; the crew's own group of tasks has it."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            await work()

        if self.tasks is None:
            return
        waiting = wait()
        try:
            self.tasks.create_task(waiting)
        except RuntimeError:  # the crew is ending: nothing comes later
            waiting.close()


async def _nothing(_agent: str, _why: str) -> None:
    """Nobody listens."""


def by_argument(launch: Launch) -> bool:
    """Whether the startup prompt goes on the command line."""
    return (launch.spec.prompt or launch.adapter.wiring.prompt) == "argument"


def nudge(server: int) -> None:
    """Have tmux collect its dead children: 3.3a now and then misses one (seen in 1 of 5)."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(server, signal.SIGCHLD)
