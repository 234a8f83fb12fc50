"""An agent that runs, as its screen and its signals show it; what follows when a turn fails."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from crewtui.core.agents.clock import seconds_until
from crewtui.core.agents.ground import first_line
from crewtui.core.agents.sight import Sight
from crewtui.core.agents.signals import Heard
from crewtui.core.agents.standing import SIGNAL_HOLDS_S, Standing, Verdict
from crewtui.core.agents.status import NO_CUE, Reading
from crewtui.core.ledger.store import Ledger
from crewtui.core.model.agent import RUNNING, TROUBLED, AgentState, Evidence
from crewtui.core.model.clock import Clock
from crewtui.core.model.ids import new_id
from crewtui.core.model.screen import Screen
from crewtui.core.model.terminal import Facts, Place
from crewtui.core.supervision.fix_loop import Escalate, FixLoop, Retry
from crewtui.core.supervision.record import AgentRecord
from crewtui.core.supervision.stage import ErrorDesk

SPEAKS = TROUBLED | {
    AgentState.IDLE,
    AgentState.ASKING,
    AgentState.UNKNOWN,
    AgentState.COVERED,
}
"""States on screen that only a program that has come up can show."""

COVERED_S = 5.0
"""A screen that no rule knows for so long is covered by something, in seconds."""
AGAIN_S = 0.6
"""When a program that has just printed is looked at again, in seconds."""
NEW_TURN_S = 2.0
"""So long after a message went in, an old failure on screen counts as one of the new turn."""
Later = Callable[[float, Callable[[], Awaitable[None]]], None]


class Watching:
    """Judges one agent's screens and signals, run after run."""

    def __init__(
        self,
        sight: Sight,
        record: AgentRecord,
        ledger: Ledger,
        clock: Clock,
        later: Later,
        errors: ErrorDesk,
        fixes: FixLoop,
    ):
        self._sight = sight
        self._screen: Screen | None = None
        self._seen: Facts | None = None
        self._unsure_since: float | None = None
        self._record = record
        self._ledger = ledger
        self._clock = clock
        self._later = later
        self._errors = errors
        self._standing = Standing(record.view.id, lambda: new_id(6))
        self._fixes = fixes
        self._reading: Reading | None = None
        self._run = ""
        self._looks = self._taken = 0
        self.session = ""
        self.ready = asyncio.Event()
        self.ready_at: float | None = None

    def reset(self, run: str) -> None:
        """A new run begins."""
        self._run = run
        self._reading = self._screen = self._seen = None
        self._unsure_since = None
        self._looks += 1
        self._taken = self._looks
        self._standing.reset()
        self.ready.clear()
        self.ready_at = None

    @property
    def place(self) -> Place | None:
        """The unknown prompt that a person is asked of, if there is one."""
        return self._reading.place if self._reading is not None else None

    async def forgive(self) -> bool:
        """Forget all failures; true if a failed turn that rests or was given up goes on by that."""
        self._fixes.succeeded()
        view = self._record.view
        rests = view.given_up or (view.ends_at is not None and view.state in TROUBLED)
        if rests:
            await self._let_go(view.evidence.line)
        return rests

    async def on_screen(self, screen: Screen) -> None:
        """Take a new picture of the pane and say what it means."""
        if screen.dead:
            return
        self._screen = screen
        reading = await self._read(screen)
        if reading is not None:
            await self._take_reading(self._named(screen, reading))

    async def _read(self, screen: Screen) -> Reading | None:
        """What the screen says; none if a look that began later was quicker, or the run is over."""
        self._looks += 1
        look = self._looks
        reading = await self._sight.read(screen)
        if look < self._taken:
            return None
        self._taken = look
        return reading

    async def on_tick(self) -> None:
        """Look at the terminal alone: whether it changed although the screen did not."""
        terminal, screen = self._sight.terminal, self._screen
        if terminal is None or screen is None or not self._sight.by_terminal:
            return
        seen = terminal.modes().model_copy(update={"quiet_s": 0.0})
        settled = self._record.view.state in (AgentState.IDLE, AgentState.UNKNOWN)
        settled = settled and not self._sight.unproven
        if seen != self._seen or not settled:
            self._seen = seen
            await self.on_screen(screen)

    async def _take_reading(self, reading: Reading) -> None:
        if reading.rests is not None and reading.state is AgentState.BUSY:
            self._later(AGAIN_S, self._read_again)
        if not self.ready.is_set():
            speaks = reading.state in SPEAKS
            seen = reading.composer or reading.state is not AgentState.IDLE
            if speaks and seen:
                await self.became_ready(reading)
            return
        self._reading = reading
        await self._judge()

    async def _read_again(self) -> None:
        run, screen = self._run, self._screen
        quiet = self._record.view.state in (AgentState.STARTING, AgentState.BUSY)
        if screen is not None and quiet and run == self._run:
            reading = await self._read(screen)
            if reading is not None and reading.state is not AgentState.BUSY:
                await self._take_reading(self._named(screen, reading))

    def _named(self, screen: Screen, reading: Reading) -> Reading:
        """The reading; a screen that no rule knows for a while is a state of its own."""
        silent = AgentState.STARTING, AgentState.BUSY
        unsure = reading.evidence.rule == NO_CUE and reading.state in silent
        if not unsure or not first_line(screen) or self._sight.by_terminal:
            self._unsure_since = None
            return reading
        now = self._clock.monotonic()
        if self._unsure_since is None:
            self._unsure_since = now
            self._later(COVERED_S, self._look_covered)
        if now - self._unsure_since < COVERED_S or self._works(reading):
            return reading
        evidence = Evidence(rule="something covers the composer", line=first_line(screen))
        return Reading(AgentState.COVERED, evidence, False)

    def _works(self, reading: Reading) -> bool:
        """Whether a program that says nothing of its state works: nobody reads its terminal."""
        terminal = self._sight.terminal
        if reading.state is not AgentState.BUSY or terminal is None:
            return False
        self._unsure_since = self._clock.monotonic()  # asked again after as long
        self._later(COVERED_S, self._look_covered)
        return not terminal.look().readers

    async def _look_covered(self) -> None:
        """The screen was not known for a while: if it still is not, say so."""
        if self._screen is not None and self._unsure_since is not None:
            await self.on_screen(self._screen)

    async def on_signal(self, heard: Heard) -> None:
        """Take what the program says of itself; after a while the screen has the word again."""
        first = not self.session or not heard.side_sessions
        if heard.session and first and heard.session != self.session:
            self.session = heard.session
            run = self._run
            await self._ledger.write(lambda tx: tx.run("session_run", heard.session, run))
        if heard.state is None:
            return
        self._standing.hear(heard, self._clock.monotonic())
        self._later(SIGNAL_HOLDS_S, self._judge)
        await self._judge()

    def on_submitted(self) -> None:
        """A message went in: if the same failure still stands after a while, it is a new one."""
        if self._standing.forgiven:
            self._later(NEW_TURN_S, self._look_anew)

    async def _look_anew(self) -> None:
        self._standing.forgive("")
        await self._judge()

    async def became_ready(self, reading: Reading) -> None:
        """The program has come up."""
        self.ready.set()
        self._reading = reading
        self.ready_at = self._clock.monotonic()
        run, now = self._run, self._clock.wall()
        await self._ledger.write(lambda tx: tx.run("ready_run", now, run))
        await self._judge(event="agent.ready")

    async def _judge(self, event: str = "") -> None:
        """Say how the agent stands by its newest screen and signal, if that is news."""
        if self._reading is None or self._record.view.state not in RUNNING:
            return
        now, wall = self._clock.monotonic(), self._clock.wall()
        verdict = self._standing.judge(self._reading, now, wall)
        if verdict.state is AgentState.STARTING:
            return
        view = self._record.view
        news = verdict.state is not view.state or verdict.approval != view.approval
        if news or event or (verdict.failed and verdict.evidence != view.evidence):
            await self._take(verdict, event)
        elif verdict.evidence != view.evidence and verdict.state in TROUBLED:
            ends_at = wall + verdict.ends_s if verdict.ends_s is not None else None
            self._record.show(evidence=verdict.evidence, ends_at=ends_at)

    async def _take(self, verdict: Verdict, event: str) -> None:
        quiet = verdict.state in (AgentState.IDLE, AgentState.BUSY)
        was_asking = self._record.view.state is AgentState.ASKING
        if verdict.state is AgentState.IDLE and self._record.view.state is AgentState.BUSY:
            self._fixes.succeeded()
        if not event and not quiet:
            event = f"agent.{verdict.state}"
        elif not event and was_asking:
            event = "agent.answered"
        ends_s = verdict.ends_s
        if ends_s is None and verdict.clock:
            local = datetime.fromtimestamp(self._clock.wall(), UTC).astimezone()
            ends_s = seconds_until(verdict.clock, local)
        decision = None
        line = verdict.evidence.line
        if verdict.failed:
            decision = self._fixes.failed(verdict.failed, line, ends_s)
            ends_s = decision.delay_s if isinstance(decision, Retry) else None
        await self._record.set(
            verdict.state,
            verdict.evidence.rule,
            line=line,
            question=verdict.question,
            approval=verdict.approval,
            ends_at=self._clock.wall() + ends_s if ends_s is not None else None,
            given_up=isinstance(decision, Escalate),
            event=event,
        )
        if decision is not None:
            await self._follow_failure(decision, line)

    async def _follow_failure(self, decision: Retry | Escalate, line: str) -> None:
        await self._errors.failed(self._record.view.id, line, decision)
        if isinstance(decision, Retry):
            run = self._run

            async def again() -> None:
                if self._run == run and self._record.view.evidence.line == line:
                    await self._let_go(line)

            self._later(decision.delay_s, again)

    async def _let_go(self, line: str) -> None:
        """The failed turn is over: mail may come, and if none waits the agent is told to go on."""
        self._standing.forgive(line)
        await self._record.set(AgentState.IDLE, "tried again", line=line, event="agent.retry")
        await self._errors.try_again(self._record.view.id, line)
