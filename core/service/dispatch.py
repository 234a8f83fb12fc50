"""From a request as it was sent to its handler: known, allowed, valid, in order, done."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from pydantic import BaseModel, TypeAdapter, ValidationError

from crewtui.core.ledger.asker import ASKER
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.rpc.agents import DecideQuestion, ResetAgent, RestartAgent, StartAgent, StopAgent
from crewtui.core.rpc.mail import PurgeMessage, ReadMessage, RedriveMessage
from crewtui.core.rpc.panes import PressKeys, ShowPanes, TypeText
from crewtui.core.rpc.request import Request, Who
from crewtui.core.rpc.requests import REQUESTS
from crewtui.core.service.auth import Auth, check
from crewtui.core.service.handlers import HANDLERS, OF_WORKFLOW
from crewtui.core.service.port import Caller, Client, CrewPort

MOST_PROBLEMS = 5
"""So many fields of a request are named that are wrong."""


class UnknownRequest(CrewtuiError):
    """There is no such request."""

    exit_code = 2


class WrongParams(CrewtuiError):
    """A parameter is missing, unknown, or of another type."""

    exit_code = 2


class Dispatcher:
    """Serves the table of requests for one crew, over the socket and by file alike."""

    def __init__(self, crew: CrewPort, auth: Auth):
        self._crew = crew
        self._auth = auth
        self._adapters: dict[type[Request], TypeAdapter[Request]] = {}
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def over_socket(
        self, name: object, params: object, said: object, client: Client
    ) -> tuple[Request, Caller]:
        """The request and who makes it; raises ``CrewtuiError`` if it is none or not allowed."""
        kind = _kind(name)
        actor = "" if kind.WHO is Who.ANYONE else self._auth.actor(said)
        check(kind, actor)
        return self._read(kind, params), Caller(actor, client)

    def by_file(self, agent: str, name: object, params: object) -> tuple[Request, Caller]:
        """The same for a file of an agent whose token was right: what is anyone's is not served.

        Who reaches no socket is in a fence, and such reading would go around it.
        """
        kind = _kind(name)
        if kind.WHO is Who.ANYONE:
            raise UnknownRequest(f"no request by file: {kind.NAME}", "see: crewtui task list")
        check(kind, agent)
        return self._read(kind, params), Caller(agent)

    def _read(self, kind: type[Request], params: object) -> Request:
        if kind not in self._adapters:
            self._adapters[kind] = TypeAdapter(kind)
        try:
            return self._adapters[kind].validate_python({} if params is None else params)
        except ValidationError as error:
            raise WrongParams(f"{kind.NAME}: {_wrong(error)}", "see: docs/protocol.md") from None

    async def do(self, request: Request, caller: Caller) -> Any:
        """The result as plain values; raises what its handler raises."""
        asker = ASKER.set(caller.actor)
        try:
            async with self._turn(_lane(request, caller)):
                found = await HANDLERS[type(request)](self._crew, caller, request)
        finally:
            ASKER.reset(asker)
        if type(request) in OF_WORKFLOW:
            self._crew.workflow.scheduler.wake()
        return _plain(found)

    @asynccontextmanager
    async def _turn(self, lane: str) -> AsyncIterator[None]:
        """Requests of one lane are done one after the other, in the order they came."""
        if not lane:
            yield
            return
        lock = self._lanes.get(lane)
        if lock is None:
            lock = self._lanes[lane] = asyncio.Lock()
        async with lock:
            yield


def _kind(name: object) -> type[Request]:
    kind = REQUESTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise UnknownRequest(f"no request {str(name)[:80]!r}", "see: docs/protocol.md")
    return kind


def _lane(request: Request, caller: Caller) -> str:
    """What the request must keep its order with; empty for one that may pass all others."""
    match request:
        case PressKeys() | TypeText():
            return f"pane {request.agent}"
        case StartAgent() | StopAgent() | RestartAgent() | ResetAgent():
            return f"agent {request.agent}"
        case DecideQuestion():
            return f"question {request.approval}"
        case RedriveMessage() | ReadMessage() | PurgeMessage():
            return f"message {request.message}"
        case ShowPanes():
            return f"show {id(caller.over)}"
    return ""


def _wrong(error: ValidationError) -> str:
    """Each field that is wrong, and why."""
    return "; ".join(_problems(error))


def _problems(error: ValidationError) -> Iterator[str]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    for problem in found[:MOST_PROBLEMS]:
        where = ".".join(str(part)[:80] for part in problem["loc"]) or "params"
        yield f"{where}: {problem['msg']}"
    if len(found) > MOST_PROBLEMS:
        yield f"and {len(found) - MOST_PROBLEMS} more"


def _plain(found: Any) -> Any:
    if isinstance(found, BaseModel):
        return found.model_dump(mode="json")
    if isinstance(found, list | tuple):
        return [_plain(part) for part in found]
    return found
