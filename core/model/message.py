"""A message on its way: its states, why it waits, why it died."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class MessageState(StrEnum):
    """Where a message is.

    ``submitted`` was typed with its Enter and is not proven to be taken; ``in agent`` is in a queue
    of the agent's own program. Neither is typed again while the agent's run lives.
    ``superseded`` belonged to a run that is over: the next run has one of its own.
    """

    QUEUED = "queued"
    HELD = "held"
    PASTING = "pasting"
    SUBMITTED = "submitted"
    IN_AGENT = "in agent"
    DELIVERED = "delivered"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    DEAD = "dead"
    REDRIVEN = "redriven"
    PURGED = "purged"


OPEN = frozenset({MessageState.SUBMITTED, MessageState.IN_AGENT})
WAITING = frozenset({MessageState.QUEUED, MessageState.HELD, MessageState.PASTING}) | OPEN
FINISHED = frozenset(
    {
        MessageState.DELIVERED,
        MessageState.DUPLICATE,
        MessageState.SUPERSEDED,
        MessageState.REDRIVEN,
        MessageState.PURGED,
    }
)


class DeadReason(StrEnum):
    """Why a message became a dead letter: a closed list."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    BAD_ENVELOPE = "bad_envelope"
    EMPTY = "empty"
    UNKNOWN_RECIPIENT = "unknown_recipient"
    NOT_REGULAR = "not_regular"
    UNSAFE_NAME = "unsafe_name"
    UNSTABLE = "unstable"
    NO_PERMISSION = "no_permission"
    NOT_CONFIRMED = "not_confirmed"
    NOT_TYPABLE = "not_typable"
    POISON = "poison"
    EXPIRED = "expired"
    RECIPIENT_REMOVED = "recipient_removed"
    OPERATOR = "operator"


class Attempt(BaseModel):
    """One try to type a message in: how far it came and what was seen."""

    model_config = ConfigDict(frozen=True)

    at: float
    step: str
    evidence: str = ""


class MessageView(BaseModel):
    """One message as everyone sees it, without its body; times are UTC seconds."""

    model_config = ConfigDict(frozen=True)

    id: str
    seq: int
    recipient: str
    sender: str
    topic: str
    name: str
    size: int
    state: MessageState
    reason: str = ""
    preview: str = ""
    accepted_at: float
    changed_at: float
    attempts: int = 0
    in_doubt: bool = False
    redelivered: bool = False
    redrive_of: str | None = None
    step: str = ""
    """How far the last try came: ``paste``, or ``enter`` once that may have been pressed."""
    run: str = ""
    """The agent's run that it was typed into last."""
