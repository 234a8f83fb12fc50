"""Signals and requests that came as files: who left them, what is done, where the answer goes.

An answer is a file where the asker waits for it, else a message. The folder of answers can be read
by the agent and written by the supervisor alone, so nothing planted there leads a write elsewhere.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crewtui.core.config.project import Project
from crewtui.core.mail.post import write_hidden
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import CrewtuiError, LedgerError, Refused
from crewtui.core.rpc import wire
from crewtui.core.service.auth import Auth, NotAllowed
from crewtui.core.service.boundary import Boundary, said, sound
from crewtui.core.service.dispatch import Dispatcher
from crewtui.core.service.post_office import PostOffice
from crewtui.core.service.signals import SignalDesk

REQUEST = "request"
"""A signal of this name is a request: a fenced agent reaches no socket."""
KEPT = 50
"""So many answers lie in an agent's folder; each is read within moments."""
AT_ONCE = 16
"""So many requests of one agent are done at once; further ones are refused."""
MOST_NAME = 80
_NAME = re.compile(r"[0-9a-f]{8,32}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came as a file; ``until`` is when its asker stops waiting, in UTC seconds."""

    method: str
    params: Any
    reply: str = ""
    until: float = 0.0
    peer: wire.Peer = wire.NO_HELLO


def asked(data: Any) -> Asked:
    """The request in a signal's data, whatever else is in there."""
    data = data if isinstance(data, dict) else {}
    until, reply = data.get("until"), data.get("reply")
    return Asked(
        str(data.get("method"))[:MOST_NAME],
        data.get("params"),
        reply if isinstance(reply, str) and _NAME.match(reply) else "",
        float(until) if isinstance(until, int | float) and -1e12 < until < 1e12 else 0.0,
        wire.peer_of(data),
    )


class FileRequests:
    """Takes what agents leave as files; ``begin`` starts work that nobody waits for."""

    def __init__(
        self,
        project: Project,
        clock: Clock,
        mail: PostOffice,
        signals: SignalDesk,
        doors: tuple[Auth, Dispatcher, Boundary],
        begin: Callable[[Coroutine[Any, Any, None]], None],
    ):
        self._project = project
        self._clock = clock
        self._mail = mail
        self._signals = signals
        self._auth, self._dispatcher, self._boundary = doors
        self._begin = begin
        self._doing: Counter[str] = Counter()

    async def take(self, agent: str, token: Any, name: str, data: Any) -> None:
        """A file's content; raises ``Refused`` if the token is not that of the agent's run."""
        self._auth.agent(agent, token)
        if name != REQUEST:
            await self._signals.take(agent, name, data)
        elif self._doing[agent] >= AT_ONCE:
            too_many = Refused(f"{AT_ONCE} requests of yours are not done yet", "wait for them")
            await self._refuse(agent, asked(data), too_many)
        else:
            self._doing[agent] += 1
            self._begin(self._give(agent, asked(data)))

    async def _give(self, agent: str, request: Asked) -> None:
        """Do what is asked and say what came of it; raises ``LedgerError`` for a damaged ledger."""
        try:
            await self._answer(agent, request)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - it cannot even be answered
            await self._boundary.failed("answer.failed", request.method, error, agent)
        finally:
            self._doing[agent] -= 1

    async def _answer(self, agent: str, request: Asked) -> None:
        try:
            other = wire.differ(request.peer, wire.Peer())
            if other is not None:
                raise Refused(*other)
            found = self._dispatcher.by_file(agent, request.method, request.params)
            result = await self._dispatcher.do(*found)
        except CrewtuiError as error:
            if isinstance(error, NotAllowed):
                await self._boundary.failed("request.refused", request.method, error, agent)
            await self._refuse(agent, request, error)
        except Exception as error:  # noqa: BLE001 - the boundary of what agents ask by file
            await self._boundary.failed("request.failed", request.method, error, agent)
            await self._refuse(agent, request, Refused(f"it failed: {said(error)}"))
        else:
            told = result if isinstance(result, str) else ""
            text = f"done: {request.method}\n{told}".rstrip()
            await self._put(agent, request, wire.answer(1, result), text)

    async def _refuse(self, agent: str, request: Asked, error: CrewtuiError) -> None:
        line = wire.refusal(1, wire.FAILED, error.what, error.todo, error.exit_code)
        text = f"refused: {request.method}: {error.what}"
        await self._put(agent, request, line, text + (f"\n-> {error.todo}" if error.todo else ""))

    async def _put(self, agent: str, request: Asked, line: bytes, text: str) -> None:
        if request.reply and self._clock.wall() < request.until:
            folder = await asyncio.to_thread(self._project.private, "agents", agent, "answers")
            await asyncio.to_thread(_put, folder, request.reply, line)
        else:
            topic = f"answer: {sound(request.method)}"
            await self._mail.queue_own(agent, topic, sound(text, None))


def _put(folder: Path, name: str, line: bytes) -> None:
    old = sorted(folder.iterdir(), key=lambda path: path.lstat().st_mtime_ns)
    for path in old[: max(0, len(old) - KEPT)]:
        with suppress(OSError):
            path.unlink()
    write_hidden(folder, line).rename(folder / f"{name}.json")
