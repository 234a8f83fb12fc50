"""A lasting connection to the supervisor: requests, changes, frames; made again when lost."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from crewtui.core.client.call import result_of
from crewtui.core.client.identity import who_asks
from crewtui.core.client.transport import Transport, UnixSocket
from crewtui.core.config.project import Project
from crewtui.core.model.clock import Clock, SystemClock
from crewtui.core.model.crew_state import Change, CrewState, Trouble, reduce
from crewtui.core.model.errors import CrewtuiError, NoSupervisor
from crewtui.core.model.screen import ScreenPatch
from crewtui.core.rpc import wire
from crewtui.core.rpc.request import Request
from crewtui.core.rpc.watching import Subscribe

RETRY_S = 0.5
REQUEST_S = 30.0
PROTOCOL = "protocol"
"""The trouble that says why the two ends do not understand each other."""
UNREADABLE = (
    "the supervisor sends what this dashboard cannot read",
    "quit it, and start the newest one: crewtui",
)


class CrewConnection:
    """Keeps a ``CrewState`` up to date for as long as ``keep`` runs.

    ``on_state`` gets each new state, ``on_frame`` each pane patch, ``on_link`` whether the
    supervisor answers. ``identity`` is asked at each new connection for what proves who asks.
    """

    def __init__(
        self,
        transport: Transport,
        identity: Callable[[], dict[str, str]],
        clock: Clock | None = None,
    ):
        self._transport = transport
        self._identity = identity
        self._clock = clock or SystemClock()
        self._writer: asyncio.StreamWriter | None = None
        self._greeting = b""
        self._said: dict[str, str] = {}
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = wire.HELLO_ID
        self._gap = asyncio.Event()
        self._early: list[Change] | None = None
        self._doubted = False
        self._misread: tuple[str, str] | None = None
        self.state = CrewState()
        self.up = asyncio.Event()
        self.on_state: Callable[[CrewState], None] = lambda _state: None
        self.on_frame: Callable[[ScreenPatch], None] = lambda _patch: None
        self.on_link: Callable[[bool], None] = lambda _up: None

    async def keep(self) -> None:
        """Hold the connection, and make it again whenever it is lost; runs until cancelled."""
        while True:
            try:
                with suppress(OSError, CrewtuiError):
                    reader, writer = await self._transport.open()
                    self._said = await asyncio.to_thread(self._identity)
                    self._greeting, self._writer = wire.hello(), writer
                    self._doubted, self._misread = False, None
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
        except* (OSError, CrewtuiError):
            pass

    async def _renew(self) -> None:
        """Ask for a snapshot at first and after each gap."""
        while self._misread is None:
            await self._gap.wait()
            self._gap.clear()
            self._early = []
            try:
                state = CrewState.model_validate(await self.request(Subscribe()))
            except ValidationError:
                self._say(UNREADABLE)
            except CrewtuiError:
                if self._misread is None:  # else the connection is held, to ask nothing more
                    raise
            early, self._early = self._early, None
            if self._misread is not None:
                return
            self.state = state
            for change in early:
                self._on_change(change)
            if not self.up.is_set():
                self.up.set()
                self.on_link(True)
            self.on_state(self.state)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError as error:
                await reader.readexactly(error.consumed)
                self._say(UNREADABLE)
                continue
            try:
                self._take(wire.decode(line))
            except ValueError:  # no JSON, or not as the models have it
                self._say(UNREADABLE)

    def _take(self, message: dict[str, Any]) -> None:
        match message.get("method"):
            case None if message.get("id") == wire.HELLO_ID:
                self._greeted(message)
            case None:
                future = self._waiting.pop(message.get("id") or 0, None)
                if future is not None and not future.done():
                    future.set_result(message)
            case "frame":
                with suppress(ValidationError):  # the next whole one shows what this one lacks
                    self.on_frame(ScreenPatch.model_validate(message.get("params")))
            case "change":
                try:
                    change = Change.model_validate(message.get("params"))
                    self._on_change(change)
                except ValidationError:
                    self._doubt()

    def _greeted(self, message: dict[str, Any]) -> None:
        """The supervisor says its protocol; one from before there was a greeting knows of none."""
        error = message.get("error")
        facts = message.get("result") if error is None else (error.get("data") or {})
        other = wire.differ(wire.Peer(), wire.peer_of(facts))
        if other is not None:
            self._say(other)

    def _doubt(self) -> None:
        """A change that cannot be read: a snapshot may mend that, once."""
        if self._doubted:
            self._say(UNREADABLE)
        else:
            self._doubted = True
            self._gap.set()

    def _say(self, other: tuple[str, str]) -> None:
        """Say why nothing more is understood, and ask nothing more of this supervisor."""
        if self._misread is not None:
            return
        self._misread = other
        trouble = Trouble(id=PROTOCOL, what=other[0], todo=other[1], since=self._clock.wall())
        troubles = {**self.state.troubles, PROTOCOL: trouble}
        self.state = self.state.model_copy(update={"troubles": troubles})
        self._forget(CrewtuiError(*other))
        self._gap.set()
        if self.up.is_set():
            self.up.clear()
            self.on_link(False)
        self.on_state(self.state)

    def _on_change(self, change: Change) -> None:
        if self._early is not None:
            self._early.append(change)
            return
        if self._misread or change.number <= self.state.number or self._gap.is_set():
            return
        if change.number != self.state.number + 1:
            if self.up.is_set():
                self._gap.set()
            return
        self.state = reduce(self.state, change)
        self.on_state(self.state)

    async def request(self, asked: Request) -> Any:
        """The supervisor's answer; raises ``NoSupervisor``, ``Refused`` or ``CrewtuiError``."""
        if self._misread is not None:
            raise CrewtuiError(*self._misread)
        if self._writer is None:
            raise NoSupervisor("the supervisor does not answer", "start it with: crewtui up")
        self._number += 1
        number = self._number
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        greeting, self._greeting = self._greeting, b""
        try:
            self._writer.write(greeting + wire.request(number, asked, self._said))
            await self._writer.drain()
            async with asyncio.timeout(REQUEST_S):
                return result_of(await future)
        except (TimeoutError, OSError) as error:
            what = f"the supervisor did not answer {asked.NAME}: {error}"
            raise CrewtuiError(what) from None
        finally:
            self._waiting.pop(number, None)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._forget(NoSupervisor("the supervisor went away"))

    def _forget(self, why: CrewtuiError) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(why)
                future.exception()
        self._waiting.clear()


def connection_to(project: Project) -> CrewConnection:
    """A connection to the project's supervisor on this machine, as whoever runs this."""
    return CrewConnection(UnixSocket(project), lambda: who_asks(project))
