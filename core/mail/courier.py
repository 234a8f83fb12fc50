"""One courier an agent: takes its oldest message, waits for the right moment, types it in, looks.

Intent is written before keys, the result after keys. Waiting is never an attempt.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from crewtui.core.agents.adapter import Adapter
from crewtui.core.ledger.store import Ledger, Transaction, view_of
from crewtui.core.mail.attempt import Delivered, Held, InDoubt, Outcome, Typist, Unconfirmed
from crewtui.core.mail.envelope import Envelope, open_envelope
from crewtui.core.mail.frame import Framed, frame
from crewtui.core.mail.hold import hold_by_state
from crewtui.core.model.agent import AgentState
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import TmuxError
from crewtui.core.model.message import DeadReason, MessageState, MessageView

ATTEMPTS = 3
ATTEMPT_GAP_S = 1.0
"""Between two attempts, in seconds."""
HELD_LOOK_S = 1.0
"""How often a held message looks again when nothing else wakes it, in seconds."""
POISON_DOUBTS = 2
"""So many deaths of the agent over one message make it a dead letter."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """What the courier needs to know of its agent at this moment."""

    state: AgentState
    pane: str | None
    run_started: float


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


class Courier:
    """Delivers one agent's messages, oldest first, one at a time."""

    def __init__(
        self,
        agent: str,
        adapter: Adapter,
        ledger: Ledger,
        typist: Typist,
        clock: Clock,
        office: Office,
    ):
        self.agent = agent
        self._adapter = adapter
        self._ledger = ledger
        self._typist = typist
        self._clock = clock
        self._office = office
        self._wake = asyncio.Event()
        self.has_mail = False
        self.on_idle: Callable[[], None] = lambda: None

    def wake(self) -> None:
        """Something changed: a message came, or the agent's state did."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever; its owner cancels it."""
        while True:
            self._wake.clear()
            rows = list(await self._ledger.rows("next_for", self.agent))
            self.has_mail = bool(rows)
            if not rows:
                self.on_idle()
                await self._wake.wait()
                continue
            message = view_of(rows[0])
            outcome = await self._try(message)
            if isinstance(outcome, Held):
                await self._hold(message, outcome.reason)
                await self._wait(HELD_LOOK_S)
            elif isinstance(outcome, Unconfirmed):
                await asyncio.sleep(ATTEMPT_GAP_S)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _try(self, message: MessageView) -> Outcome:
        if self._office.is_confirmed(message.id):  # late, but sure: it is not typed again
            await self._deliver_done(message, "its own signal says so")
            return Delivered("confirmed")
        who = self._office.addressee()
        reason = hold_by_state(who.state)
        if reason is not None or who.pane is None:
            return Held(reason or "agent has no pane")
        try:
            pane = who.pane
            body = (await self._ledger.body(message.id)).decode("utf-8", "replace")
            framed = frame(message, body_of(message, body), self._adapter)
            reason = await self._typist.reason_to_hold(pane, self._adapter, framed)
            if reason is not None:
                return Held(reason)
            return await self._deliver(message, framed, who, pane)
        except TmuxError as error:
            return Held(f"tmux: {error.what}")

    async def _deliver(
        self, message: MessageView, framed: Framed, who: Addressee, pane: str
    ) -> Outcome:
        same_run = message.in_doubt and message.changed_at >= who.run_started
        if message.in_doubt:
            seen = await self._typist.is_taken(pane, self._adapter, framed) if same_run else False
            if seen:
                await self._deliver_done(message, "found on the screen after a restart")
                return Delivered("found")
        await self._ledger.write(lambda tx: self._intend(tx, message))
        try:
            outcome = await self._typist.attempt(pane, self._adapter, framed)
        except TmuxError as error:
            outcome = InDoubt(error.what)
        match outcome:
            case Delivered(evidence):
                await self._deliver_done(message, evidence)
            case Held(reason):
                await self._hold(message, reason)
            case InDoubt(evidence):
                await self._doubt(message, evidence)
            case Unconfirmed(step, evidence, screen):
                await self._unconfirmed(message, step, evidence, screen)
        return outcome

    async def _intend(self, tx: Transaction, message: MessageView) -> None:
        await tx.run("move_message", MessageState.PASTING, "", tx.now, message.id)
        if message.in_doubt:
            await tx.run("redelivered", message.id)
        await tx.publish_message(message.id)
        await tx.event(
            "message.pasting",
            agent=message.recipient,
            message=message.id,
            text=f"typing {message.sender} -> {message.recipient}",
            name=message.name,
            redelivered=message.in_doubt,
        )

    async def _deliver_done(self, message: MessageView, evidence: str) -> None:
        async def work(tx: Transaction) -> MessageView:
            await tx.run("add_attempt", message.id, tx.now, "delivered", evidence)
            await tx.run("count_attempt", message.id)
            view = await tx.move(message.id, MessageState.DELIVERED, evidence)
            topic = f" “{message.topic}”" if message.topic else ""
            again = " (redelivered)" if view.redelivered else ""
            await tx.event(
                "message.delivered",
                agent=message.recipient,
                message=message.id,
                text=f"delivered {message.sender} -> {message.recipient}{topic}{again}",
                sender=message.sender,
                topic=message.topic,
                evidence=evidence,
                redelivered=view.redelivered,
                redrive_of=message.redrive_of or "",
                was_held=message.state is MessageState.HELD,
                held=message.reason,
            )
            return view

        view = await asyncio.shield(self._ledger.write(work))
        await self._office.submitted(message)
        await self._office.file_away(view)

    async def _hold(self, message: MessageView, reason: str) -> None:
        now = await self._ledger.message(message.id)
        if now is None or (now.state is MessageState.HELD and now.reason == reason):
            return

        async def work(tx: Transaction) -> None:
            await tx.move(message.id, MessageState.HELD, reason)
            await tx.event(
                "message.held",
                agent=message.recipient,
                message=message.id,
                text=f"held {message.sender} -> {message.recipient}: {reason}",
                reason=reason,
            )

        await self._ledger.write(work)

    async def _doubt(self, message: MessageView, evidence: str) -> None:
        async def work(tx: Transaction) -> MessageView | None:
            await tx.run("add_attempt", message.id, tx.now, "in doubt", evidence)
            await tx.run("doubt", tx.now, message.id)
            doubts = (await tx.rows("message", message.id))[0]["doubts"]
            if doubts >= POISON_DOUBTS:
                return await tx.dead(message.id, DeadReason.POISON, evidence)
            await tx.publish_message(message.id)
            await tx.event(
                "message.in_doubt",
                agent=message.recipient,
                message=message.id,
                text=f"{message.recipient} died while a message was typed: typed again later",
                evidence=evidence,
            )
            return None

        dead = await self._ledger.write(work)
        if dead is not None:
            await self._office.bury(dead, [])

    async def _unconfirmed(
        self, message: MessageView, step: str, evidence: str, screen: list[str]
    ) -> None:
        async def work(tx: Transaction) -> MessageView | None:
            await tx.run("add_attempt", message.id, tx.now, step, evidence)
            await tx.run("count_attempt", message.id)
            tries = (await tx.rows("message", message.id))[0]["attempts"]
            if tries >= ATTEMPTS:
                return await tx.dead(message.id, DeadReason.NOT_CONFIRMED, evidence)
            await tx.move(message.id, MessageState.QUEUED, f"try {tries} failed: {evidence}")
            await tx.event(
                "message.attempt_failed",
                agent=message.recipient,
                message=message.id,
                text=f"{message.recipient}: try {tries} of {ATTEMPTS} failed: {evidence}",
                step=step,
            )
            return None

        dead = await self._ledger.write(work)
        if dead is not None:
            await self._office.bury(dead, screen)


def body_of(message: MessageView, text: str) -> str:
    """The body within the accepted bytes: for a JSON envelope its ``body`` field."""
    if not message.name.lower().endswith(".json"):
        return text
    found = open_envelope(message.name, text.encode())
    return found.body if isinstance(found, Envelope) else text
