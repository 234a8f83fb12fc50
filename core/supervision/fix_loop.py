"""The fix loop: a failed turn or run is an error type, tried again so often, then escalated.

The rule is that of research crews: an error's type is its class and its normalised message; each
type has three attempts, each with its line in the error log.
"""

import re
from dataclasses import dataclass

from crewtui.core.model.text import one_line

ATTEMPTS = 3
FIRST_DELAY_S = 10.0
"""Before the first attempt, in seconds; each further one waits twice as long."""
LIMIT_DELAY_S = 60.0
"""The same for a limit that does not say when it ends."""
GRACE_S = 5.0
"""After the time at which a limit ends, in seconds."""
_VARIABLE = (
    (re.compile(r"https?://\S+"), "URL"),
    (re.compile(r"(?:[~.]?/)[\w./+-]+"), "PATH"),
    (re.compile(r"\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b"), "ID"),
    (re.compile(r"\d+(?:\.\d+)?"), "N"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again in so many seconds."""

    type: str
    attempt: int
    delay_s: float


@dataclass(frozen=True, slots=True)
class Escalate:
    """No attempt is left, or none would help: a person, or the orchestrator, must look."""

    type: str
    attempts: int


Decision = Retry | Escalate


def error_type(kind: str, message: str) -> str:
    """The error's class and its message without what differs from time to time."""
    text = message.lower()
    for pattern, word in _VARIABLE:
        text = pattern.sub(word, text)
    return one_line(f"{kind}: {text}", 120)


class FixLoop:
    """Counts one agent's attempts by error type, until a turn succeeds."""

    def __init__(self, attempts: int = ATTEMPTS, delay_s: float = FIRST_DELAY_S):
        self._limit = attempts
        self._delay_s = delay_s
        self._counts: dict[str, int] = {}

    def failed(self, kind: str, message: str, ends_s: float | None) -> Decision:
        """What follows a failure; ``ends_s`` is in how many seconds a limit ends, if known."""
        type_ = error_type(kind, message)
        if kind == "login":
            return Escalate(type_, self._counts.get(type_, 0))
        if kind == "limit" and ends_s is not None:
            return Retry(type_, self._counts.get(type_, 0), ends_s + GRACE_S)
        count = self._counts[type_] = self._counts.get(type_, 0) + 1
        if count > self._limit:
            return Escalate(type_, self._limit)
        first = LIMIT_DELAY_S if kind == "limit" else self._delay_s
        return Retry(type_, count, first * 2 ** (count - 1))

    def succeeded(self) -> None:
        """A turn went through: all is forgotten."""
        self._counts.clear()
