"""What came of a try to deliver a message: values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """Submitted, and proven or seen to be taken."""

    evidence: str


@dataclass(frozen=True, slots=True)
class Held:
    """Not the moment; nothing was submitted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """Enter was pressed; that it was taken is not proven yet. It is never typed again meanwhile."""

    reason: str


@dataclass(frozen=True, slots=True)
class InAgent:
    """The agent's program has put it into a queue of its own."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """Our text stands in the agent's composer, or may, and cannot be proven nor taken back."""

    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The agent died or its pane was lost after keys were sent."""

    evidence: str


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Typed and taken back: the program did not take it.

    ``meanwhile`` is what was in the way while it was typed, if anything was: waiting is no attempt.
    """

    step: str
    evidence: str
    screen: list[str]
    meanwhile: str = ""


@dataclass(frozen=True, slots=True)
class Impossible:
    """It can never be typed there."""

    reason: str


Outcome = Delivered | Held | Submitted | InAgent | Stuck | InDoubt | Unconfirmed | Impossible
