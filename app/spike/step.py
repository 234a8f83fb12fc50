"""One step of the spike: what was tried, what came of it, and how that is known."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from crewtui.core.model.text import one_line, visible


class Outcome(StrEnum):
    """What came of a step."""

    OK = "ok"
    FAILED = "failed"
    NOT_PROVEN = "not proven"


@dataclass(frozen=True, slots=True)
class Step:
    """A step's result; ``took_s`` in seconds, ``todo`` what to do where it failed.

    Names, evidence and what to do may quote the program: ``plain`` gives them safe to print.
    """

    name: str
    outcome: Outcome
    evidence: tuple[str, ...] = ()
    todo: str = ""
    took_s: float = 0.0

    def plain(self) -> "Step":
        """The step with each text on one line and nothing invisible in it."""
        evidence = tuple(safe(line) for line in self.evidence)
        return replace(self, evidence=evidence, todo=safe(self.todo))

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "name": self.name,
            "outcome": str(self.outcome),
            "evidence": list(self.evidence),
            "todo": self.todo,
            "took_s": round(self.took_s, 2),
        }


def safe(text: str, limit: int = 300) -> str:
    """Text of a program on one line, its invisible characters written out."""
    return visible(one_line(text, limit))


def ok(name: str, *evidence: str) -> Step:
    """It is proven."""
    return Step(name, Outcome.OK, evidence)


def failed(name: str, *evidence: str, todo: str) -> Step:
    """It went wrong; ``todo`` says what to do about it."""
    return Step(name, Outcome.FAILED, evidence, todo)


def not_proven(name: str, *evidence: str) -> Step:
    """It could not be tried, or the program gave no occasion."""
    return Step(name, Outcome.NOT_PROVEN, evidence)
