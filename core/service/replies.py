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
from crewtui.core.model.errors import CrewtuiError, LedgerError, Refused
from crewtui.core.service.boundary import Boundary, said, sound
from crewtui.core.service.post_office import PostOffice

KEPT = 50
"""So many answers lie in an agent's folder; each is read within moments."""
MOST_NAME = 80
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
        str(data.get("method"))[:MOST_NAME],
        params if isinstance(params, dict) else {},
        reply if isinstance(reply, str) and _NAME.match(reply) else "",
        float(until) if isinstance(until, int | float) and -1e12 < until < 1e12 else 0.0,
    )


class Replies:
    """Gives answers to agents."""

    def __init__(self, project: Project, clock: Clock, mail: PostOffice, boundary: Boundary):
        self._project = project
        self._clock = clock
        self._mail = mail
        self._boundary = boundary

    async def give(self, agent: str, request: Asked, deed: Callable[[], Awaitable[Any]]) -> None:
        """Do what is asked and say what came of it; raises ``LedgerError`` for a damaged ledger."""
        try:
            try:
                result = await deed()
            except CrewtuiError as error:
                await self._refuse(agent, request, error)
            except Exception as error:  # noqa: BLE001 - the boundary of what agents ask by file
                await self._boundary.failed("request.failed", request.method, error, agent)
                await self._refuse(agent, request, Refused(f"wrong parameters: {said(error)}"))
            else:
                told = result if isinstance(result, str) else ""
                text = f"done: {request.method}\n{told}".rstrip()
                await self._give(agent, request, wire.answer(1, result), text)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - it cannot even be answered
            await self._boundary.failed("answer.failed", request.method, error, agent)

    async def _refuse(self, agent: str, request: Asked, error: CrewtuiError) -> None:
        line = wire.refusal(1, wire.FAILED, error.what, error.todo, error.exit_code)
        text = f"refused: {request.method}: {error.what}"
        await self._give(agent, request, line, text + (f"\n-> {error.todo}" if error.todo else ""))

    async def _give(self, agent: str, request: Asked, line: bytes, text: str) -> None:
        if request.reply and self._clock.wall() < request.until:
            folder = await asyncio.to_thread(self._project.private, "agents", agent, "answers")
            await asyncio.to_thread(_put, folder, request.reply, line)
        else:
            await self._mail.queue_own(agent, f"answer: {sound(request.method)}", sound(text, None))


def _put(folder: Path, name: str, line: bytes) -> None:
    old = sorted(folder.iterdir(), key=lambda path: path.lstat().st_mtime_ns)
    for path in old[: max(0, len(old) - KEPT)]:
        with suppress(OSError):
            path.unlink()
    write_hidden(folder, line).rename(folder / f"{name}.json")
