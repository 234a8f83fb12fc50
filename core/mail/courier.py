"""One courier an agent: takes its oldest message, waits for the right moment, types it in, looks.

Intent is written before keys, the result after keys. Waiting is never an attempt, and what was
submitted is never typed again while the agent's run lives.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from crewtui.core.agents.sight import Sight
from crewtui.core.ledger.store import Ledger, view_of
from crewtui.core.mail.attempt import QUEUED, UNPROVEN, Typist
from crewtui.core.mail.envelope import body_of
from crewtui.core.mail.frame import Framed, frame
from crewtui.core.mail.hold import hold_by_state
from crewtui.core.mail.line_attempt import NOT_TAKEN, LineTypist
from crewtui.core.mail.outcome import (
    Delivered,
    Held,
    Impossible,
    InAgent,
    InDoubt,
    Outcome,
    Stuck,
    Submitted,
    Unconfirmed,
)
from crewtui.core.mail.progress import Progress
from crewtui.core.mail.target import Target
from crewtui.core.model.agent import RUNNING, AgentState
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import TmuxError, why
from crewtui.core.model.message import OPEN, MessageState, MessageView

ATTEMPT_GAP_S = 1.0
"""Between two attempts, in seconds."""
HELD_LOOK_S = 1.0
"""How often a held message looks again when nothing else wakes it, in seconds."""
TURN_ENDS_S = 1.5
"""So long an agent must have been idle before its turn counts as ended, in seconds."""
TURN_BEGINS_S = 4.0
"""An agent that was not seen to work for so long after a message has ended that turn already."""
NOT_TAKEN_S = 10.0
"""A text that Enter has not submitted for so long needs a person, in seconds."""
QUEUE_LOOK_S = 1.0
"""So long the mark of a program's queue may take to come on screen, in seconds."""
NEXT_WAITS = "the message before it is not proven to be taken"


@dataclass(frozen=True, slots=True)
class Addressee:
    """What the courier needs to know of its agent at this moment; ``since`` is UTC seconds."""

    state: AgentState
    pane: str | None
    run: str
    since: float
    sight: Sight


class Office(Protocol):
    """What the courier asks of the rest of the supervisor."""

    def addressee(self) -> Addressee:
        """The agent as it is now."""
        ...

    def is_confirmed(self, message: str) -> bool:
        """Whether the agent's own signal says that the message was submitted to it."""
        ...

    async def submitted(self, message: MessageView) -> None:
        """A message was just submitted: the agent's next turn begins."""
        ...

    async def file_away(self, message: MessageView) -> None:
        """Move a finished message's file."""
        ...

    async def bury(self, message: MessageView, screen: list[str]) -> None:
        """Move a dead letter's file and write its sidecar."""
        ...

    async def keep_ground(self) -> None:
        """Write down where the agent rests: after a crash a text of ours is known by it."""
        ...

    def taken_back(self, message: str) -> None:
        """What a signal said of this message counts no more: it is typed again."""
        ...

    def stuck(self, agent: str, what: str) -> None:
        """Say that the agent's composer needs a person; nothing: it does no more."""
        ...


class Courier:
    """Delivers one agent's messages, oldest first, one at a time."""

    def __init__(
        self,
        agent: str,
        ledger: Ledger,
        typists: tuple[Typist, LineTypist],
        clock: Clock,
        office: Office,
    ):
        self.agent = agent
        self._ledger = ledger
        self._composers, self._lines = typists
        self._clock = clock
        self._office = office
        self._progress = Progress(ledger)
        self._wake = asyncio.Event()
        self._turn_began: float | None = None
        self._rests_until = float("-inf")
        self.has_mail = False
        self.on_idle: Callable[[], None] = lambda: None

    def wake(self) -> None:
        """Something changed: a message came, or the agent's state did."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever; its owner cancels it."""
        while True:
            self._wake.clear()
            wait_s = await self.step()
            if wait_s != 0:
                await self._wait(wait_s)

    async def step(self) -> float | None:
        """Do what can be done now; how long to wait then, in seconds, or none until woken."""
        blocked, opened = await self._settle_open()
        rows = list(await self._ledger.rows("next_for", self.agent))
        self.has_mail = bool(rows) or opened
        if not self.has_mail:
            self.on_idle()
            return None
        if not rows:
            return HELD_LOOK_S
        if blocked:
            state = self._office.addressee().state
            await self._progress.hold(view_of(rows[0]), hold_by_state(state) or NEXT_WAITS)
            return HELD_LOOK_S
        if (rests_s := self._rests_until - self._clock.monotonic()) > 0:
            return rests_s
        outcome = await self._try(view_of(rows[0]))
        if isinstance(outcome, Unconfirmed):
            self._rests_until = self._clock.monotonic() + ATTEMPT_GAP_S
        return HELD_LOOK_S if isinstance(outcome, Held | Stuck) else 0.0

    async def _wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _typist(self, who: Addressee) -> Typist | LineTypist:
        return self._lines if who.sight.by_terminal else self._composers

    def _target(self, who: Addressee, pane: str) -> Target:
        return Target(pane, who.sight, self._turn_is_open(who))

    def _turn_is_open(self, who: Addressee) -> bool:
        """Whether a message went in and the turn that it began was not seen to end."""
        began = self._turn_began
        if began is None:
            return False
        now = self._clock.wall()
        worked = who.since > began and who.state is AgentState.IDLE
        rests = who.state is AgentState.IDLE and now - began > TURN_BEGINS_S
        if worked or rests:
            self._turn_began = None
        return self._turn_began is not None

    async def _framed(self, message: MessageView, who: Addressee) -> Framed:
        body = (await self._ledger.body(message.id)).decode("utf-8", "replace")
        terminal = who.sight.terminal
        keep = terminal is not None and terminal.modes().paste is True
        return frame(message, body_of(message.name, body), who.sight.adapter, keep=keep)

    async def _settle_open(self) -> tuple[bool, bool]:
        """Look at what was submitted: whether the next one must wait, and whether any is open."""
        blocked = opened = False
        for row in list(await self._ledger.rows("open_for", self.agent)):
            message = await self._ledger.message(row["id"])
            if message is None or message.state not in OPEN:
                continue  # taken back with another one
            try:
                outcome = await self._settle(message)
            except (TmuxError, OSError):
                outcome = Submitted(message.reason)
            if outcome is None:
                continue
            opened = True
            blocked |= message.state is MessageState.SUBMITTED or isinstance(outcome, Stuck)
        return blocked, opened

    async def _settle(self, message: MessageView) -> Outcome | None:
        """What became of a submitted message; none once that is known."""
        who = self._office.addressee()
        if message.state is MessageState.IN_AGENT:
            return await self._settle_queued(message, who)
        if self._office.is_confirmed(message.id):
            await self._deliver_done(message, "its own signal says so")
            return None
        if who.pane is None or message.run != who.run:
            await self._doubt(message, "the agent ended before it was proven to have taken it")
            return None
        framed, typist = await self._framed(message, who), self._typist(who)
        self._lines.recall(framed, message.typed if who.sight.by_terminal else "")
        target = self._target(who, who.pane)
        outcome = await typist.settle(target, framed)
        if outcome == Submitted(NOT_TAKEN):
            await self._lines.press_again(target, framed)
            if self._clock.wall() - message.changed_at > NOT_TAKEN_S:
                self._office.stuck(self.agent, NOT_TAKEN)
        if isinstance(outcome, Unconfirmed | Stuck):
            await self._follow(message, who, outcome)
            return None
        if isinstance(outcome, Delivered):
            self._office.stuck(self.agent, "")
            await self._deliver_done(message, outcome.evidence)
            return None
        if isinstance(outcome, InDoubt):
            await self._doubt(message, outcome.evidence)
            return None
        if isinstance(outcome, Submitted) and outcome.reason != message.reason:
            await self._progress.submitted(message, MessageState.SUBMITTED, outcome.reason)
        return outcome

    async def _settle_queued(self, message: MessageView, who: Addressee) -> Outcome | None:
        """A message in the agent's own queue: until it is seen to leave it, or is lost with it.

        A hook may tell of a prompt when it is queued (Claude Code 2.1.330) and the program lose
        it all the same, so that signal proves nothing here.
        """
        if who.pane is None or message.run != who.run or who.state not in RUNNING:
            await self._take_back(message, "the agent ended with it in its own queue")
            return None
        if not self._may_have_left(message, who):
            return InAgent(message.reason)
        target = self._target(who, who.pane)
        framed = await self._framed(message, who)
        match await self._composers.left_queue(target, framed):
            case Delivered(evidence):
                await self._deliver_done(message, evidence)
                return None
            case Stuck():
                return await self._put_back(target, who)
        return InAgent(message.reason)

    def _may_have_left(self, message: MessageView, who: Addressee) -> bool:
        """Whether it is time to look: its queue has a mark on screen, or the turn has ended."""
        now = self._clock.wall()
        if who.sight.adapter.queue is not None:
            return now - message.changed_at >= QUEUE_LOOK_S
        worked = who.since > message.changed_at or now - message.changed_at > TURN_BEGINS_S
        return who.state is AgentState.IDLE and worked and now - who.since >= TURN_ENDS_S

    async def _put_back(self, target: Target, who: Addressee) -> Outcome | None:
        """An interrupt put the agent's queue back into its composer: take it out, and mark it."""
        views = [view_of(row) for row in list(await self._ledger.rows("open_for", self.agent))]
        queued = [view for view in views if view.state is MessageState.IN_AGENT]
        texts = [await self._framed(view, who) for view in queued]
        if not await self._composers.empty(target, texts):
            self._office.stuck(self.agent, UNPROVEN)
            return Stuck(UNPROVEN)
        for view in queued:
            await self._take_back(view, "an interrupt put it back into the composer")
        return None

    async def _take_back(self, message: MessageView, why: str) -> None:
        self._office.taken_back(message.id)
        await self._progress.take_back(message, why)

    async def _try(self, message: MessageView) -> Outcome:
        if self._office.is_confirmed(message.id):  # late, but sure: it is not typed again
            await self._deliver_done(message, "its own signal says so")
            return Delivered("confirmed")
        who = self._office.addressee()
        reason = hold_by_state(who.state)
        if who.pane is None or (reason is not None and not who.sight.by_terminal):
            return await self._held(message, reason or "agent has no pane")
        if who.state not in RUNNING or who.state is AgentState.STARTING:
            return await self._held(message, reason or "agent does not run")
        try:
            return await self._type(message, who, self._target(who, who.pane))
        except (TmuxError, OSError) as error:
            return await self._held(message, why(error))

    async def _type(self, message: MessageView, who: Addressee, target: Target) -> Outcome:
        framed, typist = await self._framed(message, who), self._typist(who)
        same_run = message.in_doubt and message.run == who.run
        if same_run:
            await self._composers.drawn(target)
        first = message.model_copy(update={"in_doubt": False, "redelivered": False})
        typed = await self._framed(first, who)
        who.sight.unproven |= message.reason == UNPROVEN
        reason = await typist.reason_to_hold(target, framed)
        unsent = reason is not None and same_run and message.step in ("paste", "enter")
        if unsent and await typist.reason_to_hold(target, typed) is None:
            framed, reason = typed, None  # it stands there, whole, and Enter was never pressed
        if reason == UNPROVEN:
            if not await typist.empty(target, [framed, typed]):
                return await self._stuck(message, who, UNPROVEN)
            reason = await typist.reason_to_hold(target, framed)
        if reason is not None:
            return await self._held(message, reason)
        self._office.stuck(self.agent, "")
        self._lines.recall(framed, message.typed if same_run and message.typed != QUEUED else "")
        if same_run and message.step == "entered" and await typist.is_taken(target, framed):
            found: Outcome = Delivered("Enter was pressed, and it is taken")
            if message.typed == QUEUED:
                found = InAgent("queued in the agent before the restart")
            await self._follow(message, who, found)
            return found
        await self._office.keep_ground()
        if not await self._progress.begin_typing(message, who.run, framed.joined):
            return Held("it was ended or taken away meanwhile")
        who.sight.typing = True
        who.sight.said(framed.text)
        try:
            outcome = await typist.attempt(target, framed, _Steps(self._progress, message))
        except (TmuxError, OSError) as error:
            await self._take_back(message, why(error))
            return Held(why(error))
        finally:
            who.sight.typing = False
        await self._follow(message, who, outcome)
        return outcome

    async def _follow(self, message: MessageView, who: Addressee, outcome: Outcome) -> None:
        if isinstance(outcome, Held | Stuck | Unconfirmed):
            await self._progress.not_entered(message)
        match outcome:
            case Delivered(evidence):
                self._turn_began = self._clock.wall()
                await self._deliver_done(message, evidence)
            case InAgent(reason):
                self._turn_began = self._clock.wall()
                await self._progress.submitted(message, MessageState.IN_AGENT, reason)
                await self._office.submitted(message)
            case Submitted(reason):
                await self._progress.submitted(message, MessageState.SUBMITTED, reason)
                await self._office.submitted(message)
            case Held(reason):
                await self._progress.hold(message, reason)
            case Stuck(reason):
                await self._stuck(message, who, reason)
            case InDoubt(evidence):
                await self._doubt(message, evidence)
            case Impossible(reason):
                await self._bury(await self._progress.impossible(message, reason), [])
            case Unconfirmed(screen=screen):
                await self._bury(await self._progress.unconfirmed(message, outcome), screen)

    async def _held(self, message: MessageView, reason: str) -> Held:
        await self._progress.hold(message, reason)
        return Held(reason)

    async def _stuck(self, message: MessageView, who: Addressee, reason: str) -> Stuck:
        who.sight.unproven = True
        self._office.stuck(self.agent, reason)
        await self._progress.stuck(message, reason)
        return Stuck(reason)

    async def _deliver_done(self, message: MessageView, evidence: str) -> None:
        view = await asyncio.shield(self._progress.delivered(message, evidence))
        await self._office.submitted(message)
        await self._office.file_away(view)

    async def _doubt(self, message: MessageView, evidence: str) -> None:
        await self._bury(await self._progress.doubt(message, evidence), [])

    async def _bury(self, dead: MessageView | None, screen: list[str]) -> None:
        if dead is not None:
            await self._office.bury(dead, screen)


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps of one message's attempt, in the ledger."""

    progress: Progress
    message: MessageView

    async def enter(self, typed: str) -> None:
        await self.progress.begin_enter(self.message, typed)

    async def entered(self) -> None:
        await self.progress.entered(self.message)
