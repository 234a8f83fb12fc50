"""The life of one agent: start it, watch it, decide what follows its end, obey the person."""

import asyncio
import shlex
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.sight import Sight
from crewtui.core.agents.signals import Heard
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.places import load_places, remember
from crewtui.core.ledger.store import Ledger
from crewtui.core.model.agent import RUNNING, AgentState, AgentView
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import CrewtuiError, TmuxError, why
from crewtui.core.model.ids import new_id
from crewtui.core.model.screen import Screen
from crewtui.core.model.terminal import Place
from crewtui.core.supervision import exits
from crewtui.core.supervision.backoff import longest_s
from crewtui.core.supervision.ending import Ending, EndingKind, classify
from crewtui.core.supervision.fix_loop import Escalate, FixLoop, Retry, error_type
from crewtui.core.supervision.gate import READY_LIMIT_S, StartGate
from crewtui.core.supervision.intensity import Degrade, Restart, Settle, decide
from crewtui.core.supervision.last_words import last_words
from crewtui.core.supervision.record import AgentRecord, first_view
from crewtui.core.supervision.restarts import RestartBook
from crewtui.core.supervision.stage import Adopted, ErrorDesk, Launch, Stage, last_look, next_launch
from crewtui.core.supervision.version import version_of
from crewtui.core.supervision.watching import Watching
from crewtui.core.tmux.server import Pane

AGAIN_S = 2.0
"""After a start that the machine refused, before the next one, in seconds."""


class Runner:
    """One agent's process, for as long as ``run`` runs; ``view`` is what everyone sees."""

    def __init__(
        self,
        spec: AgentSpec,
        adapter: Adapter,
        ledger: Ledger,
        stage: Stage,
        gate: StartGate,
        clock: Clock,
        random: Random,
        publish: Callable[[AgentView], None],
        errors: ErrorDesk,
        fixes: FixLoop,
        places: Path,
    ):
        self.spec = spec
        self.adapter = adapter
        self._ledger = ledger
        self._stage = stage
        self._gate = gate
        self._clock = clock
        self._random = random
        self._errors = errors
        self._ran_before = False
        self._oom_kills = 0
        self._wake = asyncio.Event()
        self._wanted = spec.autostart
        self._cut_short = False
        self._asked_to_stop = False
        self._process: tuple[int, str] | None = None
        self._placing = asyncio.Lock()
        self.person_typed = False
        self._count = 0
        self.run_id = ""
        self.pane: Pane | None = None
        self.run_started = 0.0
        self.record = AgentRecord(first_view(spec, adapter, clock.wall()), ledger, clock, publish)
        self._book = RestartBook(spec.id, ledger, clock)
        self._places = places
        self._kept = ""
        self.sight = Sight(adapter, spec.composer)
        self.sight.know(*load_places(places, shlex.join(spec.command)))
        self.watching = Watching(self.sight, self.record, ledger, clock, stage.later, errors, fixes)

    @property
    def view(self) -> AgentView:
        """The agent as everyone sees it."""
        return self.record.view

    async def run(self, adopted: Adopted | None, kept: dict[str, Any]) -> None:
        """Live: start, watch, restart; ``kept`` is what outlived the last supervisor."""
        self._count = int(kept.get("restarts", 0))
        if kept.get("state") == AgentState.DEGRADED:
            self._wanted = False
            await self.record.set(AgentState.DEGRADED, "still degraded", exit=str(kept["ending"]))
        due_s = await self._book.recall(longest_s(self.spec.restart))
        self.record.show(flapping_until=self._book.flapping_until)
        if adopted is None and kept.get("state") == AgentState.BACKOFF and due_s and self._wanted:
            await self._wait_out(kept["ending"], "as was drawn before", due_s)
        while True:
            if adopted is None:
                await self._until_wanted()
                if not await self._start():
                    if self.view.state is AgentState.BACKOFF:
                        await self._pause(AGAIN_S)
                    continue
            else:
                await self._take_over(adopted)
                adopted = None
            if self.pane is None:
                continue
            ending = await self._live(self.pane)
            await self._follow(ending)

    def start(self) -> None:
        """Start it if it does not run."""
        self._wanted = True
        self._wake.set()

    async def stop(self) -> int | None:
        """End its process and leave it stopped; returns the process, if there was one to end.

        A start that is under way is waited for, so that it never comes after the stop.
        """
        self._wanted = False
        async with self._placing:
            ended = await self._end_process()
        if self._process is None and self.view.state is not AgentState.STOPPED:
            self._wake.set()
            await self._stopped()
        return ended

    async def restart(self) -> int | None:
        """End its process and start it anew at once, uncounted; returns the process it ended."""
        self._wanted = True
        self._cut_short = self._process is not None
        self._wake.set()
        return await self._end_process()

    async def _stopped(self, ended: str = "") -> None:
        await self.record.set(AgentState.STOPPED, "stopped by a person", exit=ended)
        await self._stage.settled(self.spec.id, "the agent was stopped")

    async def reset(self) -> None:
        """Clear the count of restarts and of failed turns; a degraded agent starts again."""
        self._count = 0
        await self.record.forgiven(self._book)
        if not await self.watching.forgive():
            self.start()

    async def _end_process(self) -> int | None:
        """End the run that lives; a number that is another process's by now is left alone."""
        pid, mark = self._process or (0, "")
        if not pid or (mark and exits.start_mark(pid) != mark):
            return None
        self._asked_to_stop = True
        await exits.end_group(pid)
        return pid

    async def _until_wanted(self) -> None:
        while not self._wanted:
            self._wake.clear()
            await self._wake.wait()
        self._wake.clear()
        self._cut_short = False

    async def _start(self) -> bool:
        """Start once there is a slot; false if that failed or is not wanted any more by then."""
        self.run_id = new_id(6)
        self._reset_run()
        self.record.show(restarts=self._count)
        launch = self._launch()
        await self._starting()
        async with self._gate.slot():
            async with self._placing:
                if not self._wanted or self._gate.closed:
                    self._wanted = False
                    await self._stopped()
                    return False
                if self.view.state is not AgentState.STARTING:  # stopped and started meanwhile
                    await self._starting()
                pane = await self._open(launch)
            if pane is None:
                return False
            await self._stage.started(launch)
            self._stage.later(0.0, self._learn_version)
            screen = await self._stage.screen(pane)  # what came before we knew the pane
            if screen is not None:
                await self.on_screen(screen)
            await self._until_ready()
        return True

    async def _starting(self) -> None:
        event = "agent.starting"
        await self.record.set(AgentState.STARTING, "spawned", restart_at=None, event=event)

    async def _open(self, launch: Launch) -> Pane | None:
        """Start the program in its pane, with the intent and the result in the ledger."""
        run = self.run_id
        await self._ledger.write(
            lambda tx: tx.run("add_run", run, self.spec.id, self._clock.wall())
        )
        try:
            self.pane = await self._stage.open_pane(launch, self.pane)
            self._place(self.pane, self._clock.wall())
            terminal = self._stage.terminal(self.spec.id, self.pane)
            self.sight.begin(terminal)
            self._kept = ""
            began = await asyncio.to_thread(terminal.output.begin)
            pid, pane_id = self.view.pid or 0, self.pane.id
            await self._ledger.write(
                lambda tx: tx.run("place_run", pane_id, pid, exits.start_mark(pid), began, run)
            )
            await self._stage.release(launch)
        except (CrewtuiError, OSError) as error:
            await self._not_opened(error)
            return None
        return self.pane

    async def _not_opened(self, error: CrewtuiError | OSError) -> None:
        """What the machine refused is tried again until it works; what is wrong is not."""
        if self._process is not None:
            await exits.end_group(self._process[0])
            self._process = None
        run, said = self.run_id, why(error)
        await self._ledger.write(lambda tx: tx.run("end_run", self._clock.wall(), said, run))
        passes = isinstance(error, TmuxError | OSError)
        await self.record.not_started(said, AGAIN_S if passes else None)
        if not passes:
            self._wanted = False
            await self._stage.settled(self.spec.id, "the agent could not be started")

    async def _learn_version(self) -> None:
        """Ask the program for its version: another one may look and speak differently."""
        found = await version_of(self.spec.command, self.adapter, self.spec.env)
        self.record.show(version=found, version_tried=not found or found in self.adapter.tried)

    def _launch(self) -> Launch:
        """The next start: with the session of the run before, if the program can take it up."""
        before = self.watching.session if self._ran_before else None
        self._ran_before, self.watching.session = True, ""
        return next_launch(self.spec, self.adapter, self.run_id, before)

    async def _until_ready(self) -> None:
        """Wait in the gate until it is ready, has died, or takes too long."""
        limit = self.adapter.ready_s if self.sight.by_place else READY_LIMIT_S
        if not await exits.ready_or_gone(self.watching.ready, self.view.pid or 0, limit):
            await self._is_up()

    async def _is_up(self) -> None:
        """A program without a composer is up once it has lived for a moment."""
        if self.sight.by_place and self.view.state is AgentState.STARTING and self.pane is not None:
            screen = await self._stage.screen(self.pane)
            if screen is not None and not screen.dead:
                await self.watching.became_ready(await self.sight.read(screen))
                await self.keep_ground()

    async def _take_over(self, adopted: Adopted) -> None:
        self.run_id = adopted.run
        self._ran_before = True
        rows = list(await self._ledger.rows("last_session", self.spec.id))
        self.watching.session = rows[0]["session"] if rows else ""
        self._reset_run()
        self.pane = adopted.pane
        self._place(adopted.pane, adopted.started_at)
        terminal = self._stage.terminal(self.spec.id, adopted.pane)
        self.sight.begin(terminal, fresh=False)
        self.sight.recall(adopted.ground)
        self._kept = adopted.ground
        await asyncio.to_thread(terminal.output.resume, adopted.output_from)
        await self.record.set(AgentState.STARTING, "adopted", event="agent.adopted")
        self._stage.later(0.0, self._learn_version)
        screen = await self._stage.screen(adopted.pane)
        if screen is not None:
            await self.on_screen(screen)
        await self._is_up()

    def _reset_run(self) -> None:
        self.watching.reset(self.run_id)
        self._asked_to_stop = False
        self.person_typed = False

    def _place(self, pane: Pane, started_at: float) -> None:
        self.run_started = started_at
        self._process = (pane.pid, exits.start_mark(pane.pid))
        self._oom_kills = exits.oom_kills()
        self.record.show(pid=pane.pid, pane=pane.id, session=pane.session, started_at=started_at)

    async def _live(self, pane: Pane) -> Ending:
        """Until the process is gone; a healthy run clears the count on its way."""
        try:
            async with asyncio.timeout(self.spec.restart.healthy_s):
                await exits.wait_gone(pane.pid)
        except TimeoutError:
            if self._count and self.watching.ready_at is not None:
                self._count = 0
                self.record.show(restarts=self._count)
            await exits.wait_gone(pane.pid)
        noticed = self._clock.wall()
        code, signal_number, screen = await last_look(self._stage, pane)
        last_line, last_screen = last_words(screen)
        return classify(
            code,
            signal_number,
            noticed - self.run_started,
            asked_to_stop=self._asked_to_stop,
            person_typed=self.person_typed,
            last_line=last_line,
            last_screen=last_screen,
            machine_full=exits.oom_kills() > self._oom_kills,
        )

    async def _follow(self, ending: Ending) -> None:
        self._process = None
        if ending.kind is EndingKind.LOST:
            self.pane = None
        run = self.run_id
        await self._ledger.write(lambda tx: tx.run("end_run", self._clock.wall(), ending.text, run))
        if self._cut_short and self._wanted:
            self._cut_short = False
            return
        if not self._wanted:
            return await self._stopped(ending.text)
        decision = decide(ending, self._count, self.spec.restart, self._random)
        match decision:
            case Restart(delay, count):
                self._count = count
                await self._back_off(ending, delay)
            case Degrade():
                self._wanted = False
                given_up = Escalate(error_type("crash", ending.text), self._count)
                await self._errors.failed(self.spec.id, ending.text, given_up)
                await self.record.set(
                    AgentState.DEGRADED, ending.kind, exit=ending.text, event="agent.degraded"
                )
                await self._stage.settled(self.spec.id, "the agent was given up")
            case Settle(failed):
                self._wanted = False
                state = AgentState.FAILED if failed else AgentState.EXITED
                kind = "agent.failed" if failed else "agent.exited"
                await self.record.set(state, ending.kind, exit=ending.text, event=kind)
                await self._stage.settled(self.spec.id, "the agent has ended")

    async def _back_off(self, ending: Ending, delay: float) -> None:
        self._wake.clear()
        attempt = Retry(error_type("crash", ending.text), self._count, delay)
        await self._errors.failed(self.spec.id, ending.text, attempt)
        if ending.kind is not EndingKind.LOST:  # tmux went, not the agent
            await self._book.note(delay)
        await self._wait_out(ending.text, ending.kind, delay, event="agent.crashed")

    async def _wait_out(self, said: str, rule: str, delay: float, *, event: str = "") -> None:
        """Wait for the next start, shown, unless a person stops it or wants it sooner."""
        self.record.show(restarts=self._count, flapping_until=self._book.flapping_until)
        how: dict[str, Any] = {"line": said, "exit": said, "event": event}
        at = self._clock.wall() + delay
        await self.record.set(AgentState.BACKOFF, rule, restart_at=at, **how)
        if not self._wanted:  # stopped while this was written down
            await self._stopped(said)
            return
        await self._pause(delay)

    async def _pause(self, seconds: float) -> None:
        """Wait, unless a person wants something sooner."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def on_screen(self, screen: Screen) -> None:
        """Take a new picture of the pane."""
        if self.pane is not None and self.view.state in RUNNING:
            await self.watching.on_screen(screen)
            await self.keep_ground()

    async def keep_ground(self) -> None:
        """Write down where this run rests and who reads there, once that is known."""
        if self._kept or not (self.sight.ground.habit or self.sight.ground.own):
            return
        self._kept, run = self.sight.kept(), self.run_id
        await self._ledger.write(lambda tx: tx.run("ground_run", self._kept, run))

    def learn(self, place: Place, *, typed: bool) -> None:
        """Keep a place that a person has shown, or refused; writes a file."""
        command = shlex.join(self.spec.command)
        remember(self._places, command, place, typed=typed)
        self.sight.know(*load_places(self._places, command))

    async def on_tick(self) -> None:
        """Look at the terminal again: a program can begin to read without a word on screen."""
        if self.pane is not None and self.view.state in RUNNING:
            await self.watching.on_tick()
            await self.keep_ground()

    async def on_signal(self, heard: Heard) -> None:
        """Take what the program says of itself."""
        if self.view.state in RUNNING:
            await self.watching.on_signal(heard)
