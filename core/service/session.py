"""One client of the supervisor: answers its requests, sends it changes and pane frames.

Requests are done side by side. Frames never queue behind a slow client: what is sent is the
difference between what the client has and what is on screen at that moment. A client too slow for
the changes gets a gap, and asks for a new snapshot.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from crewtui.core.model.crew_state import Change, CrewState, Trouble
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.model.screen import Screen, patch_between
from crewtui.core.rpc import wire
from crewtui.core.rpc.watching import Stop, Subscribe
from crewtui.core.service.auth import NotAllowed
from crewtui.core.service.boundary import said
from crewtui.core.service.crew import Crew
from crewtui.core.service.dispatch import UnknownRequest, WrongParams

CHANGES_LIMIT = 2000
"""So many unsent changes, and the oldest are dropped: the client sees the gap."""
AT_ONCE = 32
"""So many requests of one client are done at once; its further ones are not read until then."""
Number = int | str | None


class Session:
    """One connection, for as long as ``run`` runs."""

    def __init__(
        self,
        crew: Crew,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_stop: Callable[[bool], None],
        all_visible: Callable[[], set[str]],
    ):
        self.crew = crew
        self._reader = reader
        self._writer = writer
        self._end_supervisor = on_stop
        self._all_visible = all_visible
        self._changes: deque[Change] = deque(maxlen=CHANGES_LIMIT)
        self._due = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._frames_due: set[str] = set()
        self._sent: dict[str, Screen] = {}
        self.visible: set[str] = set()
        self._end_feed: Callable[[], None] | None = None
        self._peer: wire.Peer | None = None

    def subscribe(self) -> dict[str, Any]:
        """Send changes from now on; returns the snapshot that they follow."""
        if self._end_feed is None:
            self._end_feed = self.crew.feed.listen(self._on_change)
        self._changes.clear()
        return self.crew.feed.state.model_dump(mode="json")

    def show(self, agents: set[str]) -> None:
        """Send frames of these agents' panes, each whole once, then only changed lines."""
        for agent in agents - self.visible:
            self._sent.pop(agent, None)
        self.visible = agents
        self._frames_due = set(agents)
        self._due.set()

    def all_visible(self) -> set[str]:
        """Whose panes any client shows."""
        return self._all_visible()

    def on_stop(self, keep_agents: bool) -> None:
        """End the supervisor."""
        self._end_supervisor(keep_agents)

    def on_frame(self, agent: str) -> None:
        """A pane changed."""
        if agent in self.visible:
            self._frames_due.add(agent)
            self._due.set()

    async def run(self) -> None:
        """Serve until the client goes away; what it asked before that is done all the same."""
        try:
            async with asyncio.TaskGroup() as tasks:
                pushing = tasks.create_task(self._push())
                try:
                    async for line in self._lines():
                        await self._slots.acquire()
                        tasks.create_task(self._answer(line))
                finally:
                    pushing.cancel()
        finally:
            if self._end_feed is not None:
                self._end_feed()
            self._writer.close()

    async def _lines(self) -> AsyncIterator[bytes]:
        """Whole lines; one that is too long is refused and passed over, half a one says nothing."""
        long = False
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            except asyncio.LimitOverrunError as error:
                await self._reader.readexactly(error.consumed)
                long = True
                continue
            if long:
                what = f"a line may have {wire.MAX_LINE} bytes"
                await self._write(wire.refusal(None, wire.BAD_REQUEST, what))
            else:
                yield line
            long = False

    def _on_change(self, change: Change) -> None:
        self._changes.append(change)
        self._due.set()

    async def _push(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            while self._changes:
                change = self._changes.popleft()
                self._writer.write(wire.notice("change", change.model_dump(mode="json")))
            for agent in list(self._frames_due):
                self._frames_due.discard(agent)
                self._send_frame(agent)
            await self._write(b"")

    def _send_frame(self, agent: str) -> None:
        screen = self.crew.screen_of(agent) if agent in self.crew.runners else None
        if screen is None:
            return
        patch = patch_between(agent, self._sent.get(agent), screen)
        if patch is not None:
            self._sent[agent] = screen
            self._writer.write(wire.notice("frame", patch.model_dump()))

    async def _write(self, line: bytes) -> None:
        """A client that is gone is told nothing; ``_lines`` ends with it."""
        with suppress(ConnectionError):
            self._writer.write(line)
            await self._writer.drain()

    async def _answer(self, line: bytes) -> None:
        try:
            try:
                asked = wire.decode(line)
            except ValueError as error:
                reply = wire.refusal(None, wire.BAD_REQUEST, f"not JSON-RPC: {error}")
            else:
                found = asked.get("id")
                number = found if isinstance(found, int | str) else None
                reply = await self._guarded(number, asked)
        finally:
            self._slots.release()
        await self._write(reply)

    async def _guarded(self, number: Number, asked: dict[str, Any]) -> bytes:
        """The one guard of what clients ask: whatever fails is a refusal, and an event."""
        name = str(asked.get("method"))[:80]
        try:
            return await self._reply(number, asked)
        except CrewtuiError as error:
            if isinstance(error, NotAllowed):
                await self.crew.boundary.failed("request.refused", name, error, error.agent)
            code = _code(error)
            return wire.refusal(number, code, error.what, error.todo, error.exit_code)
        except Exception as error:  # noqa: BLE001 - the boundary of what clients ask
            await self.crew.boundary.failed("request.failed", name, error)
            what = f"{name} failed: {said(error)}"
            return wire.refusal(number, wire.FAILED, what, "see: crewtui events")

    async def _reply(self, number: Number, asked: dict[str, Any]) -> bytes:
        name, params = asked.get("method"), asked.get("params")
        if name == wire.HELLO:
            return await self._greet(number, params)
        other = wire.differ(self._peer or wire.NO_HELLO, wire.Peer())
        if other is not None and self._peer is None:
            await self._note(other)
            if name == Subscribe.NAME:  # it would ask again and again: it gets something to read
                return wire.answer(number or 0, self._notice_of(other))
        if other is not None and name != Stop.NAME:
            return _other(number, other)
        dispatcher = self.crew.doors.dispatcher
        result = await dispatcher.do(*dispatcher.over_socket(name, params, asked.get("as"), self))
        return wire.answer(number, result) if number is not None else b""

    async def _greet(self, number: Number, facts: Any) -> bytes:
        self._peer = wire.peer_of(facts)
        other = wire.differ(self._peer, wire.Peer())
        if other is None:
            return wire.answer(number or wire.HELLO_ID, wire.Peer().facts)
        await self._write(_other(number, other))
        await self._note(other)
        return b""

    async def _note(self, other: tuple[str, str]) -> None:
        await self.crew.boundary.failed("client.refused", "a client", Refused(*other))

    def _notice_of(self, other: tuple[str, str]) -> dict[str, Any]:
        """A state in which nothing stands but what is wrong, for a dashboard without a greeting."""
        now, clock = self.crew.feed.state, self.crew.clock
        trouble = Trouble(id="protocol", what=other[0], todo=other[1], since=clock.wall())
        state = CrewState(project=now.project, root=now.root, supervisor=now.supervisor)
        shown = state.model_copy(update={"troubles": {trouble.id: trouble}})
        return shown.model_dump(mode="json")


def _other(number: Number, other: tuple[str, str]) -> bytes:
    return wire.refusal(number, wire.OTHER_PROTOCOL, *other, **wire.Peer().facts)


def _code(error: CrewtuiError) -> int:
    if isinstance(error, UnknownRequest):
        return wire.UNKNOWN_METHOD
    return wire.WRONG_PARAMS if isinstance(error, WrongParams) else wire.FAILED
