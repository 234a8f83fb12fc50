"""Messages: their sender is whoever asks."""

from typing import Any

from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import HUMAN
from crewtui.core.model.message import MessageState
from crewtui.core.rpc.mail import (
    PurgeMessage,
    ReadMessage,
    RedriveMessage,
    SendMessage,
    ShowMessage,
)
from crewtui.core.service.port import Caller, CrewPort, Handlers


async def send(crew: CrewPort, caller: Caller, request: SendMessage) -> str:
    """Put a message into an inbox, as the asker; its file's name."""
    sender = HUMAN if caller.is_operator else caller.actor
    return await crew.mail.send(sender, request.recipient, request.topic, request.body)


async def show(crew: CrewPort, caller: Caller, request: ShowMessage) -> dict[str, Any]:
    """Everything known of a message; an agent is refused those of others."""
    if not caller.is_operator:
        view = await crew.ledger.message(request.message)
        if view is None or caller.actor not in (view.sender, view.recipient):
            raise Refused(f"{request.message} is no message of {caller.actor}'s")
    return await crew.mail.details(request.message)


async def redrive(crew: CrewPort, _caller: Caller, request: RedriveMessage) -> str:
    """Send a message again: as it was, edited, or to another agent; the new one's id."""
    return await crew.mail.redrive(request.message, request.recipient, request.body)


async def read(crew: CrewPort, caller: Caller, request: ReadMessage) -> None:
    """The operator has read a message to them."""
    kind, text = "message.read", f"read by the {caller.actor}"
    await crew.mail.finish(request.message, MessageState.DELIVERED, kind, text)


async def purge(crew: CrewPort, caller: Caller, request: PurgeMessage) -> None:
    """Give a dead letter up; its file stays in the folder of purged ones."""
    kind, text = "message.purged", f"purged by the {caller.actor}"
    await crew.mail.finish(request.message, MessageState.PURGED, kind, text)


HANDLERS: Handlers = {
    SendMessage: send,
    ShowMessage: show,
    RedriveMessage: redrive,
    ReadMessage: read,
    PurgeMessage: purge,
}
