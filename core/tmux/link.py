"""The link to one tmux server: a control connection, made again when lost, with a fallback.

A wedged control connection exists in the wild (new clients get ``%exit`` at once): then one
``tmux`` process a tick carries all commands until the connection can be made again.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from crewtui.core.model.errors import TmuxError
from crewtui.core.tmux.control import Command, ControlConnection
from crewtui.core.tmux.fallback import run_once, run_tmux
from crewtui.core.tmux.parse import Notice, Reply
from crewtui.core.tmux.server import TmuxServer

RETRY_S = 0.5
"""How long to wait before the connection is made again, in seconds."""
SHORT_LIFE_S = 1.0
"""A connection that ends sooner than this counts as refused, in seconds."""
REFUSED_LIMIT = 3
"""So many refused connections in a row, and the fallback is said to be in use."""


class TmuxLink:
    """Commands to tmux and its notices, for as long as ``keep`` runs.

    ``on_up`` is called whenever a connection was made (subscriptions must be set again),
    ``on_down`` with whether the whole server is gone, ``on_fallback`` when only calls work.
    """

    def __init__(self, server: TmuxServer, hub: str, on_notice: Callable[[Notice], None]):
        self.server = server
        self._hub = hub
        self._on_notice = on_notice
        self._connection: ControlConnection | None = None
        self.up = asyncio.Event()
        self.on_up: Callable[[], None] = lambda: None
        self.on_down: Callable[[bool], None] = lambda _gone: None
        self.on_fallback: Callable[[], None] = lambda: None

    @property
    def connected(self) -> bool:
        """Whether the control connection stands (else the fallback is used)."""
        return self._connection is not None

    @property
    def client_pid(self) -> int:
        """The process id of the control client; 0 without one."""
        return self._connection.pid if self._connection is not None else 0

    async def keep(self) -> None:
        """Hold the connection, and make it again whenever it ends; runs until cancelled."""
        loop = asyncio.get_running_loop()
        refused = 0
        while True:
            began = loop.time()
            with suppress(TmuxError):  # it could not be made: that counts as refused
                await self._hold()
            gone = not await asyncio.to_thread(self.server.alive)
            self.on_down(gone)
            refused = refused + 1 if loop.time() - began < SHORT_LIFE_S and not gone else 0
            if refused == REFUSED_LIMIT:
                self.on_fallback()
            await asyncio.sleep(RETRY_S)

    async def _hold(self) -> None:
        connection = ControlConnection(self.server.base, self._hub, self._on_notice)
        async with connection, asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(connection.listen())
            try:
                await connection.run([("display-message", "-p", "ready")])
            except TmuxError:
                return
            self._connection = connection
            self.up.set()
            self.on_up()
            try:
                await listening
            finally:
                self._connection = None
                self.up.clear()

    async def run(self, commands: Sequence[Command]) -> list[Reply]:
        """The replies to the commands; raises ``TmuxError`` when the server is gone."""
        connection = self._connection
        if connection is None:
            return await run_once(self.server.base, commands)
        return await connection.run(commands)

    async def load(self, buffer: str, body: bytes) -> None:
        """Put text into a paste buffer, on standard input; raises ``TmuxError`` if refused."""
        words = [*self.server.base, "load-buffer", "-b", buffer, "-"]
        _, problem, failed = await run_tmux(words, body)
        if failed:
            raise TmuxError(f"tmux load-buffer: {problem.decode(errors='replace').strip()}")

    def post(self, commands: Sequence[Command]) -> None:
        """Send commands whose replies do not matter, such as pausing a pane."""
        if self._connection is not None:
            self._connection.send(commands)
