"""Requests about messages. The sender of one is whoever asks; what was sent is the operator's."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from crewtui.core.rpc.request import MOST_BODY, MOST_ID, MOST_LINE, AgentId, Param, Request, Who

MessageId = Annotated[str, Param("a message's id", most=MOST_ID)]
Body = Annotated[str, Param("the message's text", most=MOST_BODY)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage(Request):
    """Write a message, as whoever asks."""

    NAME: ClassVar = "message.send"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "str"
    recipient: AgentId
    topic: Annotated[str, Param("what it is about", most=MOST_LINE)] = ""
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMessage(Request):
    """Everything known of a message; an agent sees those that it sent or was sent."""

    NAME: ClassVar = "message.show"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "dict"
    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveMessage(Request):
    """Send a message again: as it was, edited, or to another agent; the new one's id."""

    NAME: ClassVar = "message.redrive"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "str"
    message: MessageId
    recipient: AgentId | None = None
    body: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage(Request):
    """The operator has read a message to them."""

    NAME: ClassVar = "message.read"
    WHO: ClassVar = Who.OPERATOR
    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeMessage(Request):
    """Give a dead letter up; its file stays in the folder of purged ones."""

    NAME: ClassVar = "message.purge"
    WHO: ClassVar = Who.OPERATOR
    message: MessageId
