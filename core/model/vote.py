"""Votes: an election of the crew as everyone sees it, and the rounds of its run-off."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Round(BaseModel):
    """One round of the run-off: first places, ballots that rank nothing left, who went."""

    model_config = ConfigDict(frozen=True)

    counts: dict[str, int]
    spent: int = 0
    eliminated: str | None = None
    lowest: tuple[str, ...] = ()
    """All that had the fewest; several mean that each order was followed."""


class VoteState(StrEnum):
    """How an election stands; ``void`` is one that closed without a ballot."""

    OPEN = "open"
    DECIDED = "decided"
    TIED = "tied"
    VOID = "void"


class VoteView(BaseModel):
    """An election: options, turnout, how they compare, and how it ended; times are UTC seconds."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    options: tuple[str, ...]
    titles: dict[str, str] = {}
    """What an option stands for, where its name does not say it."""
    proposers: dict[str, str] = {}
    """Who proposed an option, by its name."""
    voters: tuple[str, ...] = ()
    voted: tuple[str, ...] = ()
    first_choices: dict[str, int] = {}
    pairwise: dict[str, dict[str, int]] = {}
    rounds: tuple[Round, ...] = ()
    method: str = ""
    opened_at: float = 0.0
    closes_at: float | None = None
    closed_at: float | None = None
    decided_at: float | None = None
    state: VoteState = VoteState.OPEN
    tied: tuple[str, ...] = ()
    winner: str | None = None
    broken_by: str = ""
    """Who broke the tie, with ``reason``."""
    reason: str = ""
    final: bool = False
    """A later phase builds on it: it cannot be undone any more."""
    debate: str = ""
    agreement: dict[str, float] = {}
    """How far each option's code agrees with the others', 0 to 1: advice, never a decision."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Who may vote and has not."""
        return tuple(name for name in self.voters if name not in self.voted)

    def title_of(self, option: str) -> str:
        """The option with what it stands for."""
        title = self.titles.get(option, "")
        return f"{option}: {title}" if title else option
