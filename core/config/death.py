"""How the last supervisor ended, if it was not told to: as its parent wrote it down.

Imports nothing heavy: ``crewtui status`` says it.
"""

import json
from contextlib import suppress
from dataclasses import dataclass

from crewtui.core.config.project import Project
from crewtui.core.model.text import visible

KEPT_S = 24 * 3600.0
"""A death is shown for so long after the supervisor came up again, in seconds."""

_FRAME = " |+-"
"""What stands around the lines of a group of errors."""


@dataclass(frozen=True, slots=True)
class Death:
    """When (UTC seconds), how, its last line, and whether it was started again."""

    at: float
    how: str
    line: str
    again: bool

    @property
    def said(self) -> str:
        """What happened, in one line."""
        again = "was started again" if self.again else "is not started again"
        words = f"; its last words: {self.line}" if self.line else ""
        return f"the supervisor died ({self.how}) and {again}{words}"


def last_death(project: Project) -> Death | None:
    """How the last supervisor died; none if it ended as told, or if that is not known."""
    try:
        facts = json.loads(project.died.read_text(encoding="utf-8"))
        words = (line.strip(_FRAME) for line in str(facts["words"]).splitlines())
        line = visible(next((line for line in reversed(list(words)) if line), ""))[:200]
        return Death(float(facts["at"]), visible(str(facts["how"])), line, bool(facts["again"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget_death(project: Project) -> None:
    """The crew was ended as told."""
    with suppress(OSError):
        project.died.unlink(missing_ok=True)
