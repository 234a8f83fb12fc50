"""The life of one agent: start it, watch it, decide what follows its end, obey the person."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.status import Reading, plain_lines, read_status
from crewtui.core.config.crew import AgentSpec
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.model.agent import RUNNING, AgentState, AgentView, Evidence
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import CrewtuiError, TmuxError
from crewtui.core.model.ids import new_id
from crewtui.core.model.screen import Screen
from crewtui.core.model.text import one_line
from crewtui.core.supervision.ending import Ending, EndingKind, classify
from crewtui.core.supervision.exits import end_group, start_mark, wait_gone
from crewtui.core.supervision.gate import READY_LIMIT_S, StartGate
from crewtui.core.supervision.intensity import Degrade, Restart, Settle, decide
from crewtui.core.supervision.wording import sentence
from crewtui.core.tmux.server import Pane

SPEAKS = frozenset({AgentState.IDLE, AgentState.ASKING, AgentState.ERROR, AgentState.LIMIT})
"""States on screen that only a program that has come up can show."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A run of an earlier supervisor whose pane was found again."""

    run: str
    pane: Pane
    started_at: float


class Stage(Protocol):
    """What a runner asks of tmux and the rest of the supervisor."""

    async def open_pane(self, agent: AgentSpec, run: str, old: Pane | None) -> Pane:
        """Start the agent's program in a pane."""
        ...

    async def pane_end(self, pane: Pane) -> tuple[int | None, int | None]:
        """Exit code and signal of a dead pane."""
        ...

    async def screen(self, pane: Pane) -> Screen | None:
        """The pane as it is now, if it can be seen."""
        ...

    async def started(self, agent: AgentSpec, first: bool) -> None:
        """The program runs: its startup prompt may be queued."""
        ...


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
    ):
        self.spec = spec
        self.adapter = adapter
        self._ledger = ledger
        self._stage = stage
        self._gate = gate
        self._clock = clock
        self._random = random
        self._publish = publish
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._wanted = spec.autostart
        self._cut_short = False
        self._asked_to_stop = False
        self.person_typed = False
        self._count = 0
        self._run = ""
        self._ready_at: float | None = None
        self.pane: Pane | None = None
        self.run_started = 0.0
        self.view = AgentView(
            id=spec.id,
            command=" ".join(spec.command),
            adapter=adapter.name,
            group=spec.group,
            restart_limit=spec.restart.limit,
            since=clock.wall(),
        )

    async def run(self, adopted: Adopted | None, kept: dict[str, Any]) -> None:
        """Live: start, watch, restart; ``kept`` is what outlived the last supervisor."""
        self._count = int(kept.get("restarts", 0))
        if kept.get("state") == AgentState.DEGRADED:
            self._wanted = False
            await self._set(AgentState.DEGRADED, "still degraded", exit=str(kept["ending"]))
        while True:
            if adopted is None:
                await self._until_wanted()
                await self._start()
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

    async def stop(self) -> None:
        """End its process and leave it stopped."""
        self._wanted = False
        await self._end_process()
        if self.view.state not in RUNNING and self.view.state is not AgentState.STOPPED:
            self._wake.set()
            await self._set(AgentState.STOPPED, "stopped by a person")

    async def restart(self) -> None:
        """End its process and start it anew at once; does not count as a restart."""
        self._wanted = True
        self._cut_short = True
        self._wake.set()
        await self._end_process()

    async def reset(self) -> None:
        """Clear the count of restarts; a degraded agent starts again."""
        self._count = 0

        async def work(tx: Transaction) -> None:
            await tx.run("put_agent", self.spec.id, 0, "", "")
            await tx.event("agent.reset", agent=self.spec.id, text=f"{self.spec.id} was reset")

        await self._ledger.write(work)
        self._show(restarts=0)
        self._cut_short = True
        self.start()

    async def _end_process(self) -> None:
        if self.pane is not None and self.view.pid is not None:
            self._asked_to_stop = True
            await end_group(self.view.pid)

    async def _until_wanted(self) -> None:
        while not self._wanted:
            self._wake.clear()
            await self._wake.wait()
        self._wake.clear()
        self._cut_short = False

    async def _start(self) -> None:
        self._run = new_id(6)
        self._reset_run()
        self._count_view()
        await self._set(AgentState.STARTING, "spawned", restart_at=None, event="agent.starting")
        async with self._gate.slot():
            run = self._run
            await self._ledger.write(
                lambda tx: tx.run("add_run", run, self.spec.id, self._clock.wall())
            )
            try:
                self.pane = await self._stage.open_pane(self.spec, run, self.pane)
            except CrewtuiError as error:
                self.pane = None
                self._wanted = False
                failed = {"exit": error.what, "event": "agent.failed"}
                await self._set(AgentState.FAILED, "tmux", line=error.what, **failed)
                return
            self._place(self.pane, self._clock.wall())
            await self._ledger.write(
                lambda tx: tx.run(
                    "place_run", self._pane_id, self.view.pid, start_mark(self.view.pid or 0), run
                )
            )
            await self._stage.started(self.spec, self._count == 0)
            screen = await self._stage.screen(self.pane)  # what came before we knew the pane
            if screen is not None:
                await self.on_screen(screen)
            await self._until_ready()

    async def _until_ready(self) -> None:
        """Wait in the gate until it is ready, has died, or takes too long."""
        limit = self.adapter.ready_s if self.adapter.composer is None else READY_LIMIT_S
        pid = self.view.pid or 0
        try:
            async with asyncio.timeout(limit), asyncio.TaskGroup() as tasks:
                ready = tasks.create_task(self._ready.wait())
                gone = tasks.create_task(wait_gone(pid))
                await asyncio.wait({ready, gone}, return_when=asyncio.FIRST_COMPLETED)
                ready.cancel()
                gone.cancel()
        except TimeoutError:
            if self.adapter.composer is None and self.view.state is AgentState.STARTING:
                await self._became_ready(Reading(AgentState.IDLE, Evidence(rule="alive"), True))

    async def _take_over(self, adopted: Adopted) -> None:
        self._run = adopted.run
        self._reset_run()
        self.pane = adopted.pane
        self._place(adopted.pane, adopted.started_at)
        await self._set(AgentState.STARTING, "adopted", event="agent.adopted")
        screen = await self._stage.screen(adopted.pane)
        if screen is not None:
            await self.on_screen(screen)
        if self.adapter.composer is None and self.view.state is AgentState.STARTING:
            await self._became_ready(Reading(AgentState.IDLE, Evidence(rule="alive"), True))

    def _reset_run(self) -> None:
        self._ready.clear()
        self._ready_at = None
        self._asked_to_stop = False
        self.person_typed = False

    def _place(self, pane: Pane, started_at: float) -> None:
        self.run_started = started_at
        self._show(pid=pane.pid, pane=pane.id, session=pane.session, started_at=started_at)

    @property
    def _pane_id(self) -> str:
        return self.pane.id if self.pane is not None else ""

    async def _live(self, pane: Pane) -> Ending:
        """Until the process is gone; a healthy run clears the count on its way."""
        try:
            async with asyncio.timeout(self.spec.restart.healthy_s):
                await wait_gone(pane.pid)
        except TimeoutError:
            if self._count and self._ready_at is not None:
                self._count = 0
                self._count_view()
            await wait_gone(pane.pid)
        noticed = self._clock.wall()
        try:
            code, signal_number = await self._stage.pane_end(pane)
            screen = await self._stage.screen(pane)
        except TmuxError:
            code, signal_number, screen = None, None, None
        lines = [line for line in plain_lines(screen) if line] if screen else []
        failed = [line for line in lines if line.startswith("crewtui: ")]
        return classify(
            code,
            signal_number,
            noticed - self.run_started,
            asked_to_stop=self._asked_to_stop,
            person_typed=self.person_typed,
            last_line=one_line(failed[-1].removeprefix("crewtui: ")) if failed else "",
        )

    async def _follow(self, ending: Ending) -> None:
        if ending.kind is EndingKind.LOST:
            self.pane = None
        run = self._run
        await self._ledger.write(lambda tx: tx.run("end_run", self._clock.wall(), ending.text, run))
        if self._cut_short and self._wanted:
            self._cut_short = False
            return
        if not self._wanted:
            await self._set(AgentState.STOPPED, "stopped by a person", exit=ending.text)
            return
        decision = decide(ending, self._count, self.spec.restart, self._random)
        match decision:
            case Restart(delay, count):
                self._count = count
                await self._back_off(ending, delay)
            case Degrade():
                self._wanted = False
                await self._set(
                    AgentState.DEGRADED, ending.kind, exit=ending.text, event="agent.degraded"
                )
            case Settle(failed):
                self._wanted = False
                state = AgentState.FAILED if failed else AgentState.EXITED
                kind = "agent.failed" if failed else "agent.exited"
                await self._set(state, ending.kind, exit=ending.text, event=kind)

    async def _back_off(self, ending: Ending, delay: float) -> None:
        self._count_view()
        await self._set(
            AgentState.BACKOFF,
            ending.kind,
            line=ending.text,
            exit=ending.text,
            restart_at=self._clock.wall() + delay,
            event="agent.crashed",
        )
        self._wake.clear()
        try:
            async with asyncio.timeout(delay):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def on_screen(self, screen: Screen) -> None:
        """Take a new picture of the pane and say what it means."""
        if screen.dead or self.pane is None or self.view.state not in RUNNING:
            return
        reading = read_status(self.adapter, screen)
        if not self._ready.is_set():
            speaks = reading.state in SPEAKS
            seen = reading.composer or reading.state is not AgentState.IDLE
            if speaks and seen and self.adapter.composer is not None:
                await self._became_ready(reading)
            return
        if reading.state is AgentState.STARTING:
            return
        if reading.state != self.view.state or reading.question != self.view.question:
            await self._take(reading)

    async def _became_ready(self, reading: Reading) -> None:
        self._ready.set()
        self._ready_at = self._clock.monotonic()
        run, now = self._run, self._clock.wall()
        await self._ledger.write(lambda tx: tx.run("ready_run", now, run))
        await self._take(reading, event="agent.ready")

    async def _take(self, reading: Reading, event: str = "") -> None:
        quiet = reading.state in (AgentState.IDLE, AgentState.BUSY)
        was_asking = self.view.state is AgentState.ASKING
        if not event and not quiet:
            event = f"agent.{reading.state}"
        elif not event and was_asking:
            event = "agent.answered"
        await self._set(
            reading.state,
            reading.evidence.rule,
            line=reading.evidence.line,
            question=reading.question,
            event=event,
        )

    async def _set(
        self,
        state: AgentState,
        rule: str,
        *,
        line: str = "",
        event: str = "",
        question: str = "",
        **more: Any,
    ) -> None:
        """The one function through which an agent's state changes."""
        evidence = Evidence(rule=str(rule), line=line)
        changed = state is not self.view.state
        self._show(
            state=state,
            evidence=evidence,
            question=question,
            since=self._clock.wall() if changed else self.view.since,
            **more,
        )
        if event:
            await self._ledger.write(lambda tx: self._record(tx, event, str(rule), line))

    async def _record(self, tx: Transaction, event: str, rule: str, line: str) -> None:
        view = self.view
        degraded = AgentState.DEGRADED if view.state is AgentState.DEGRADED else ""
        await tx.run("put_agent", view.id, self._count, degraded, view.exit)
        await tx.event(
            event,
            agent=view.id,
            text=sentence(view, event, line),
            state=view.state,
            rule=rule,
            line=line,
            exit=view.exit,
            restarts=self._count,
            pid=view.pid,
        )

    def _count_view(self) -> None:
        self._show(restarts=self._count)

    def _show(self, **changes: Any) -> None:
        view = self.view.model_copy(update=changes)
        if view != self.view:
            self.view = view
            self._publish(view)
