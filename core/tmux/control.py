"""One long-lived control-mode connection: commands in, replies and ``%output`` notices out."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType

from crewtui.core.model.errors import TmuxError
from crewtui.core.tmux.parse import Notice, Reply, ReplyParser
from crewtui.core.tmux.quote import command_line

Command = Sequence[str]
_LINE_LIMIT = 16 * 1024 * 1024


class ControlConnection:
    """``tmux -C attach`` to the hub session; replies come in the order of the commands.

    ``on_notice`` is called for each line that tmux sends of its own accord.
    """

    def __init__(self, base: Sequence[str], session: str, on_notice: Callable[[Notice], None]):
        self._argv = [*base, "-C", "attach-session", "-f", "ignore-size", "-t", f"={session}:"]
        self._on_notice = on_notice
        self._waiting: deque[asyncio.Future[Reply]] = deque()
        self._process: asyncio.subprocess.Process | None = None
        self._alive = False

    async def __aenter__(self) -> "ControlConnection":
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_LINE_LIMIT,
                start_new_session=True,
            )
        except OSError as error:
            raise TmuxError(f"tmux cannot be run: {error.strerror}") from None
        self._alive = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._fail("the control connection was closed")
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()

    @property
    def pid(self) -> int:
        """The process id of the control client."""
        return self._process.pid if self._process is not None else 0

    async def listen(self) -> None:
        """Read until the connection ends; its owner runs this as a task."""
        assert self._process is not None
        assert self._process.stdout is not None
        parser = ReplyParser()
        while raw := await self._process.stdout.readline():
            found = parser.feed(raw.decode("utf-8", "replace").rstrip("\n"))
            if isinstance(found, Reply):
                if self._waiting:
                    future = self._waiting.popleft()
                    if not future.done():
                        future.set_result(found)
            elif found is not None:
                if found.kind == "exit":
                    break
                self._on_notice(found)
        self._fail("tmux ended the control connection")

    def send(self, commands: Sequence[Command]) -> list[asyncio.Future[Reply]]:
        """Write the commands at once and return a future for each reply, in order."""
        if not self._alive or self._process is None or self._process.stdin is None:
            raise TmuxError("no control connection to tmux", "it is being made again")
        text = "".join(command_line(*command) + "\n" for command in commands)
        futures = [self._expect() for _ in commands]
        self._process.stdin.write(text.encode())
        return futures

    async def run(self, commands: Sequence[Command]) -> list[Reply]:
        """The replies to the commands, pipelined in one write."""
        return list(await asyncio.gather(*self.send(commands)))

    def _expect(self) -> asyncio.Future[Reply]:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    def _fail(self, why: str) -> None:
        self._alive = False
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(TmuxError(why))
                future.exception()  # mark as seen: nobody may be waiting for it
