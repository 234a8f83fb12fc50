"""Failed turns and runs: a line in the error log, an event, and a word to the orchestrator."""

import asyncio
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger
from crewtui.core.model.clock import Clock
from crewtui.core.model.text import one_line
from crewtui.core.supervision.fix_loop import Escalate, Retry

LOG_LIMIT = 5 * 1024 * 1024
"""The error log is turned at this size, in bytes; one old one is kept."""


class Mail(Protocol):
    """Where a message of the supervisor's own is queued."""

    async def queue_own(self, agent: str, topic: str, text: str) -> str:
        """Queue a message to an agent."""
        ...

    def waiting(self, agent: str) -> bool:
        """Whether a message waits for the agent."""
        ...


class Failures:
    """Writes down what fails and passes on what is given up."""

    def __init__(self, project: Project, ledger: Ledger, clock: Clock, orchestrator: str | None):
        self._project = project
        self._ledger = ledger
        self._clock = clock
        self._orchestrator = orchestrator
        self.mail: Mail | None = None

    @property
    def log(self) -> Path:
        """``logs/errors.log``."""
        return self._project.logs / "errors.log"

    async def failed(self, agent: str, message: str, decision: Retry | Escalate) -> None:
        """A turn or run failed."""
        match decision:
            case Retry(type_, attempt, delay_s):
                what = f"attempt {attempt} in {delay_s:.0f} s" if attempt else "waits for its end"
                kind, text = "agent.fix_attempt", f"{agent}: {what} ({type_})"
            case Escalate(type_, attempts):
                kind, text = "agent.escalated", f"{agent} needs help after {attempts}: {type_}"
        at = datetime.fromtimestamp(self._clock.wall(), UTC).isoformat(timespec="seconds")
        line = f"{at} {agent} {text.removeprefix(agent).lstrip(': ')} | {one_line(message, 400)}\n"
        with suppress(OSError):  # a full disk: the event says the same
            await asyncio.to_thread(_append, self.log, self._ledger.redactor.text(line))
        await self._ledger.event(kind, agent=agent, text=text, error_type=decision.type)
        if isinstance(decision, Escalate):
            await self._escalate(agent, message, decision)

    async def _escalate(self, agent: str, message: str, decision: Escalate) -> None:
        to = self._orchestrator
        if self.mail is None or to is None or to == agent:
            return
        text = (
            f"{agent} failed and was tried again {decision.attempts} times. The error: {message}\n"
            f"Its messages wait. Decide what to do; the operator sees it too. All attempts are in "
            f"{self.log}."
        )
        await self.mail.queue_own(to, f"{agent}-failed", text)

    async def try_again(self, agent: str, message: str) -> None:
        """If nothing waits for the agent, tell it to go on: else what waits does that."""
        if self.mail is None or self.mail.waiting(agent):
            return
        text = f"Your last turn failed: {message}\nPlease go on where you stopped."
        await self.mail.queue_own(agent, "go-on", text)


def _append(path: Path, line: str) -> None:
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as file:
        file.write(line)
