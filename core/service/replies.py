"""Answers to requests that came as files: a file where the asker waits for it, else a message.

The folder can be read by the agent and written by the supervisor alone, so nothing planted there
leads a write elsewhere.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crewtui.core.config.project import Project
from crewtui.core.mail.post import write_hidden
from crewtui.core.model import wire
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.service.post_office import PostOffice

KEPT = 50
"""So many answers lie in an agent's folder; each is read within moments."""
WRONG = (
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)
"""What parameters of the wrong kind lead to, whatever they are."""
_NAME = re.compile(r"[0-9a-f]{8,32}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came as a file; ``until`` is when its asker stops waiting, in UTC seconds."""

    method: str
    params: dict[str, Any]
    reply: str = ""
    until: float = 0.0


def asked(data: Any) -> Asked:
    """The request in a signal's data, whatever else is in there."""
    data = data if isinstance(data, dict) else {}
    params, until, reply = data.get("params"), data.get("until"), data.get("reply")
    return Asked(
        str(data.get("method")),
        params if isinstance(params, dict) else {},
        reply if isinstance(reply, str) and _NAME.match(reply) else "",
        float(until) if isinstance(until, int | float) and -1e12 < until < 1e12 else 0.0,
    )


class Replies:
    """Gives answers to agents."""

    def __init__(self, project: Project, clock: Clock, mail: PostOffice):
        self._project = project
        self._clock = clock
        self._mail = mail

    async def give(self, agent: str, request: Asked, deed: Callable[[], Awaitable[Any]]) -> None:
        """Do what is asked and say what came of it."""
        try:
            result = await deed()
        except CrewtuiError as error:
            await self._refuse(agent, request, error)
        except WRONG as error:
            await self._refuse(agent, request, Refused(f"wrong parameters: {error}"))
        else:
            text = f"done: {request.method}\n{result if isinstance(result, str) else ''}".rstrip()
            await self._give(agent, request, wire.answer(1, result), text)

    async def _refuse(self, agent: str, request: Asked, error: CrewtuiError) -> None:
        line = wire.refusal(1, wire.FAILED, error.what, error.todo, error.exit_code)
        text = f"refused: {request.method}: {error.what}"
        await self._give(agent, request, line, text + (f"\n-> {error.todo}" if error.todo else ""))

    async def _give(self, agent: str, request: Asked, line: bytes, text: str) -> None:
        if request.reply and self._clock.wall() < request.until:
            folder = await asyncio.to_thread(self._project.private, "agents", agent, "answers")
            await asyncio.to_thread(_put, folder, request.reply, line)
        else:
            await self._mail.queue_own(agent, f"answer: {request.method}", text)


def _put(folder: Path, name: str, line: bytes) -> None:
    old = sorted(folder.iterdir(), key=lambda path: path.lstat().st_mtime_ns)
    for path in old[: max(0, len(old) - KEPT)]:
        with suppress(OSError):
            path.unlink()
    write_hidden(folder, line).rename(folder / f"{name}.json")
