"""A lasting connection to the supervisor: requests, changes, frames; made again when lost."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from crewtui.core.client.call import result_of
from crewtui.core.client.identity import identity
from crewtui.core.config.project import Project
from crewtui.core.model import wire
from crewtui.core.model.crew_state import Change, CrewState, reduce
from crewtui.core.model.errors import CrewtuiError, NoSupervisor
from crewtui.core.model.screen import ScreenPatch

RETRY_S = 0.5
REQUEST_S = 30.0


class CrewConnection:
    """Keeps a ``CrewState`` up to date for as long as ``keep`` runs.

    ``on_state`` gets each new state, ``on_frame`` each pane patch, ``on_link`` whether the
    supervisor answers.
    """

    def __init__(self, project: Project):
        self._project = project
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._gap = asyncio.Event()
        self._early: list[Change] | None = None
        self.state = CrewState()
        self.up = asyncio.Event()
        self.on_state: Callable[[CrewState], None] = lambda _state: None
        self.on_frame: Callable[[ScreenPatch], None] = lambda _patch: None
        self.on_link: Callable[[bool], None] = lambda _up: None

    async def keep(self) -> None:
        """Hold the connection, and make it again whenever it is lost; runs until cancelled."""
        while True:
            try:
                with suppress(OSError, CrewtuiError, ValueError):
                    reader, self._writer = await asyncio.open_unix_connection(
                        self._project.socket, limit=wire.MAX_LINE
                    )
                    await self._hold(reader)
            finally:
                self._close()
            if self.up.is_set():
                self.up.clear()
                self.on_link(False)
            await asyncio.sleep(RETRY_S)

    async def _hold(self, reader: asyncio.StreamReader) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(self._listen(reader))
                renewing = tasks.create_task(self._renew())
                self._gap.set()
                await listening
                renewing.cancel()
        except* (OSError, CrewtuiError, ValueError):
            pass

    async def _renew(self) -> None:
        """Ask for a snapshot at first and after each gap."""
        while True:
            await self._gap.wait()
            self._gap.clear()
            self._early = []
            snapshot = await self.request("subscribe")
            self.state = CrewState.model_validate(snapshot)
            early, self._early = self._early, None
            for change in early:
                self._on_change(change)
            if not self.up.is_set():
                self.up.set()
                self.on_link(True)
            self.on_state(self.state)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            message = wire.decode(line)
            if "method" not in message:
                future = self._waiting.pop(message.get("id") or 0, None)
                if future is not None and not future.done():
                    future.set_result(message)
            elif message["method"] == "frame":
                self.on_frame(ScreenPatch.model_validate(message["params"]))
            elif message["method"] == "change":
                self._on_change(Change.model_validate(message["params"]))

    def _on_change(self, change: Change) -> None:
        if self._early is not None:
            self._early.append(change)
            return
        if change.number <= self.state.number or self._gap.is_set():
            return
        if change.number != self.state.number + 1:
            if self.up.is_set():
                self._gap.set()
            return
        self.state = reduce(self.state, change)
        self.on_state(self.state)

    async def request(self, method: str, **params: Any) -> Any:
        """The supervisor's answer; raises ``NoSupervisor``, ``Refused`` or ``CrewtuiError``."""
        if self._writer is None:
            raise NoSupervisor("the supervisor does not answer", "start it with: crewtui up")
        self._number += 1
        number = self._number
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._writer.write(wire.request(number, method, params))
            await self._writer.drain()
            async with asyncio.timeout(REQUEST_S):
                return result_of(await future)
        except (TimeoutError, OSError) as error:
            raise CrewtuiError(f"the supervisor did not answer {method}: {error}") from None
        finally:
            self._waiting.pop(number, None)

    async def ask(self, method: str, **params: Any) -> Any:
        """A request of the crew's protocol, as the operator; raises as ``request`` does."""
        said = await asyncio.to_thread(identity, self._project)
        return await self.request(method, **{"as": said}, **params)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(NoSupervisor("the supervisor went away"))
                future.exception()
        self._waiting.clear()
