"""From what a widget asks to a request to the supervisor, and the words that confirm it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from crewtui.core.client.connection import CrewConnection
from crewtui.core.model.approval import ApprovalView, Role, how_it_changed
from crewtui.core.model.errors import Refused
from crewtui.core.rpc.agents import DecideQuestion, ResetAgent, RestartAgent, StartAgent, StopAgent
from crewtui.core.rpc.mail import PurgeMessage, ReadMessage, RedriveMessage, SendMessage
from crewtui.core.rpc.request import Request

_STEERING: dict[str, Callable[..., Request]] = {
    "start": StartAgent,
    "stop": StopAgent,
    "restart": RestartAgent,
    "reset": ResetAgent,
}


async def steer(crew: CrewConnection, agent: str, what: str) -> str:
    """Start, stop, restart or reset an agent; returns what was done in words."""
    return str(await crew.request(_STEERING[what](agent=agent)) or "")


async def answer(crew: CrewConnection, asked: ApprovalView, role: Role, **how: Any) -> str:
    """Decide a question as it was drawn; ``how`` is a choice's number or a message.

    Raises ``Refused`` if the agent asks that no more: here if that is known already, else by the
    supervisor, which looks again.
    """
    view = crew.state.agents.get(asked.agent)
    changed = how_it_changed(asked, view.approval if view is not None else None)
    if changed:
        raise Refused(changed, "nothing was answered: look at it again")
    drawn = partial(DecideQuestion, approval=asked.id, fingerprint=asked.fingerprint)
    return str(await crew.request(drawn(role=role, **how)))


async def send(crew: CrewConnection, to: str, topic: str, body: str) -> str:
    """Write a message as the operator."""
    await crew.request(SendMessage(recipient=to, topic=topic, body=body))
    return f"sent to {to}"


async def redrive(crew: CrewConnection, message: str, **how: Any) -> str:
    """Send a message again: as it was, edited (``body``), or to another (``recipient``)."""
    new = await crew.request(RedriveMessage(message=message, **how))
    where = f" to {how['recipient']}" if "recipient" in how else ""
    return f"sent again{where} as {new}, at the end of the queue"


async def redrive_all(crew: CrewConnection, messages: list[str]) -> str:
    """Send messages again, oldest first, and count how it went."""
    failed = []
    for message in messages:
        try:
            await crew.request(RedriveMessage(message=message))
        except Refused as error:
            failed.append(f"{message}: {error.what}")
    said = f"{len(messages) - len(failed)} of {len(messages)} sent again"
    return said + ("; " + "; ".join(failed) if failed else "")


async def purge(crew: CrewConnection, message: str) -> str:
    """Give a dead letter up."""
    await crew.request(PurgeMessage(message=message))
    return f"{message} was given up; its file is kept for 7 days"


async def read(crew: CrewConnection, message: str) -> str:
    """Mark a message to the operator as read."""
    await crew.request(ReadMessage(message=message))
    return "marked as read"
