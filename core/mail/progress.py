"""How far a message came, step by step in the ledger: each with its event, in one transaction."""

from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.mail.outcome import Unconfirmed
from crewtui.core.model.message import DeadReason, MessageState, MessageView

ATTEMPTS = 3
POISON_DOUBTS = 2
"""So many deaths of the agent over one message make it a dead letter."""
POISON_S = 10.0
"""An agent that lives on for longer with a message has not died of it, in seconds."""

_UNDECIDED = {MessageState.QUEUED, MessageState.HELD, MessageState.PASTING}


class Progress:
    """Writes the steps of one agent's messages."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger

    async def begin_typing(self, message: MessageView, run: str, joined: bool) -> bool:
        """The intent to paste it; false if it was ended or taken away meanwhile.

        ``joined`` says that its lines are joined into one.
        """

        async def work(tx: Transaction) -> bool:
            now = await tx.message(message.id)
            if now is None or now.state not in _UNDECIDED - {MessageState.PASTING}:
                return False
            await tx.run("begin_typing", run, tx.now, message.id)
            if message.in_doubt:
                await tx.run("redelivered", message.id)
            await tx.publish_message(message.id)
            one = ", its lines joined" if joined else ""
            await tx.event(
                "message.pasting",
                agent=message.recipient,
                message=message.id,
                text=f"typing {message.sender} -> {message.recipient}{one}",
                name=message.name,
                redelivered=message.in_doubt,
                joined=joined,
            )
            return True

        return await self._ledger.write(work)

    async def begin_enter(self, message: MessageView, typed: str) -> None:
        """The intent to press Enter; ``typed`` is where it was typed, as its typist keeps it."""
        await self._ledger.write(lambda tx: tx.run("begin_enter", typed, message.id))

    async def entered(self, message: MessageView) -> None:
        """Enter was pressed: after a crash it may be asked whether it was taken."""
        await self._ledger.write(lambda tx: tx.run("at_step", "entered", message.id))

    async def not_entered(self, message: MessageView) -> None:
        """Enter was not pressed after all, or what it did was taken back."""
        await self._ledger.write(lambda tx: tx.run("at_step", "", message.id))

    async def submitted(self, message: MessageView, state: MessageState, reason: str) -> None:
        """Enter was pressed; whether it was taken is still to be seen."""

        async def work(tx: Transaction) -> None:
            await tx.move(message.id, state, reason)
            if message.state is not state:
                await tx.run("add_attempt", message.id, tx.now, str(state), reason)
                await tx.event(
                    "message.submitted" if state is MessageState.SUBMITTED else "message.in_agent",
                    agent=message.recipient,
                    message=message.id,
                    text=f"{message.recipient}: {message.sender}'s message {_said(state, reason)}",
                    reason=reason,
                )

        await self._ledger.write(work)

    async def delivered(self, message: MessageView, evidence: str) -> MessageView:
        """It was taken."""

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

        return await self._ledger.write(work)

    async def hold(self, message: MessageView, reason: str) -> None:
        """It waits, and why; said once for each reason."""
        now = await self._ledger.message(message.id)
        if now is None or (now.state is MessageState.HELD and now.reason == reason):
            return

        async def work(tx: Transaction) -> None:
            still = await tx.message(message.id)
            if still is None or still.state not in _UNDECIDED:
                return
            await tx.move(message.id, MessageState.HELD, reason)
            await tx.event(
                "message.held",
                agent=message.recipient,
                message=message.id,
                text=f"held {message.sender} -> {message.recipient}: {reason}",
                reason=reason,
            )

        await self._ledger.write(work)

    async def stuck(self, message: MessageView, reason: str) -> None:
        """It may stand where one types, and nobody can prove it: it waits, nothing is typed."""
        now = await self._ledger.message(message.id)
        if now is None or (now.state is MessageState.HELD and now.reason == reason):
            return

        async def work(tx: Transaction) -> None:
            await tx.run("add_attempt", message.id, tx.now, "stuck", reason)
            await tx.run("take_back", MessageState.HELD, reason, tx.now, message.id)
            await tx.publish_message(message.id)
            await tx.event(
                "message.stuck",
                agent=message.recipient,
                message=message.id,
                text=f"{message.recipient}: {reason}; look at its pane, mail waits",
                reason=reason,
            )

        await self._ledger.write(work)

    async def take_back(self, message: MessageView, why: str) -> None:
        """It was in the agent's own queue and is lost there: it is typed again, marked."""

        async def work(tx: Transaction) -> None:
            await tx.run("add_attempt", message.id, tx.now, "taken back", why)
            await tx.run("take_back", MessageState.QUEUED, why, tx.now, message.id)
            await tx.publish_message(message.id)
            await tx.event(
                "message.taken_back",
                agent=message.recipient,
                message=message.id,
                text=f"{message.recipient}: {message.sender}'s message is taken back: {why}",
                reason=why,
            )

        await self._ledger.write(work)

    async def doubt(self, message: MessageView, evidence: str) -> MessageView | None:
        """The agent died over it: typed again, marked; the dead letter if that was once too often.

        Twice in doubt is poison, where the agent died soon after it was given it: one that dies
        of a message dies of it again. One that lived on with it died of something else.
        """

        async def work(tx: Transaction) -> MessageView | None:
            await tx.run("add_attempt", message.id, tx.now, "in doubt", evidence)
            of_it = await _soon(tx, message.id)
            await tx.run("doubt" if of_it else "doubt_unknown", tx.now, message.id)
            doubts = (await tx.rows("message", message.id))[0]["doubts"]
            if of_it and doubts >= POISON_DOUBTS:
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

        return await self._ledger.write(work)

    async def impossible(self, message: MessageView, reason: str) -> MessageView:
        """It can never be typed there: a dead letter."""

        async def work(tx: Transaction) -> MessageView:
            await tx.run("add_attempt", message.id, tx.now, "not typed", reason)
            return await tx.dead(message.id, DeadReason.NOT_TYPABLE, reason)

        return await self._ledger.write(work)

    async def unconfirmed(self, message: MessageView, tried: Unconfirmed) -> MessageView | None:
        """A try failed and was taken back; the dead letter after the last one.

        One in whose way something was is written down and not counted: waiting is no attempt.
        """
        step, evidence = tried.step, tried.evidence

        async def wait(tx: Transaction) -> None:
            why = f"{evidence} ({tried.meanwhile}): this try does not count"
            await tx.run("add_attempt", message.id, tx.now, step, why)
            await tx.move(message.id, MessageState.QUEUED, why)
            text = f"{message.recipient}: {why}"
            await tx.event(
                "message.waited", agent=message.recipient, message=message.id, text=text, step=step
            )

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

        return await self._ledger.write(wait if tried.meanwhile else work)


async def _soon(tx: Transaction, id_: str) -> bool:
    """Whether the agent died while it was given the message, or within moments of it."""
    row = (await tx.rows("given_until", tx.now, id_))[0]
    lived_s = float(row["ended_at"]) - float(row["given_at"])
    return bool(row["state"] == MessageState.PASTING) or lived_s <= POISON_S


def _said(state: MessageState, reason: str) -> str:
    return f"is in its own queue: {reason}" if state is MessageState.IN_AGENT else reason
