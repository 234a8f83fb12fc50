"""One client of the supervisor: answers its requests, sends it changes and pane frames.

Frames never queue behind a slow client: what is sent is the difference between what the client
has and what is on screen at that moment. A client too slow for the changes gets a gap, and asks
for a new snapshot.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from pydantic import ValidationError

from crewtui.core.model import wire
from crewtui.core.model.crew_state import Change
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.model.screen import Screen, patch_between
from crewtui.core.service.boundary import said
from crewtui.core.service.crew import Crew

CHANGES_LIMIT = 2000
"""So many unsent changes, and the oldest are dropped: the client sees the gap."""

Method = Callable[["Session", dict[str, Any]], Awaitable[Any]]


class Session:
    """One connection, for as long as ``run`` runs."""

    def __init__(
        self,
        crew: Crew,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        methods: dict[str, Method],
    ):
        self.crew = crew
        self._reader = reader
        self._writer = writer
        self._methods = methods
        self._changes: deque[Change] = deque(maxlen=CHANGES_LIMIT)
        self._due = asyncio.Event()
        self._frames_due: set[str] = set()
        self._sent: dict[str, Screen] = {}
        self.visible: set[str] = set()
        self._end_feed: Callable[[], None] | None = None
        self.on_stop: Callable[[bool], None] = lambda _keep: None
        self.all_visible: Callable[[], set[str]] = lambda: self.visible

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

    def on_frame(self, agent: str) -> None:
        """A pane changed."""
        if agent in self.visible:
            self._frames_due.add(agent)
            self._due.set()

    async def run(self) -> None:
        """Serve until the client goes away."""
        try:
            async with asyncio.TaskGroup() as tasks:
                pushing = tasks.create_task(self._push())
                try:
                    async for line in self._lines():
                        await self._answer(line)
                finally:
                    pushing.cancel()
        except* ConnectionError:
            pass
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
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError as error:
                await self._reader.readexactly(error.consumed)
                long = True
                continue
            if long:
                what = f"a line may have {wire.MAX_LINE} bytes"
                self._writer.write(wire.refusal(None, wire.BAD_REQUEST, what))
                await self._writer.drain()
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
            await self._writer.drain()

    def _send_frame(self, agent: str) -> None:
        screen = self.crew.screen_of(agent) if agent in self.crew.runners else None
        if screen is None:
            return
        patch = patch_between(agent, self._sent.get(agent), screen)
        if patch is not None:
            self._sent[agent] = screen
            self._writer.write(wire.notice("frame", patch.model_dump()))

    async def _answer(self, line: bytes) -> None:
        try:
            asked = wire.decode(line)
        except ValueError as error:
            self._writer.write(wire.refusal(None, wire.BAD_REQUEST, f"not JSON-RPC: {error}"))
            return
        number = asked.get("id")
        if not isinstance(number, int | str):
            number = None
        method = self._methods.get(str(asked.get("method")))
        params = asked.get("params") or {}
        if method is None or not isinstance(params, dict):
            what = f"no method {asked.get('method')!r}"
            self._writer.write(wire.refusal(number, wire.UNKNOWN_METHOD, what))
            return
        try:
            result = await method(self, params)
        except CrewtuiError as error:
            reply = wire.refusal(number, wire.FAILED, error.what, error.todo, error.exit_code)
            self._writer.write(reply)
        except (KeyError, TypeError, ValidationError) as error:
            self._writer.write(wire.refusal(number, wire.BAD_REQUEST, f"wrong parameters: {error}"))
        except Exception as error:  # noqa: BLE001 - the boundary of what clients ask
            await self.crew.boundary.failed("request.failed", str(asked.get("method")), error)
            what = f"{asked.get('method')} failed: {said(error)}"
            self._writer.write(wire.refusal(number, wire.FAILED, what, "see: crewtui events"))
        else:
            if number is not None:
                self._writer.write(wire.answer(number, result))
        await self._writer.drain()
