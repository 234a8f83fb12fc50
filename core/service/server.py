"""The supervisor's Unix socket: only this user's processes are served."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crewtui.core.rpc.wire import MAX_LINE
from crewtui.core.service.crew import Crew
from crewtui.core.service.session import Session


class SocketServer:
    """Accepts clients on the project's socket and runs a session for each."""

    def __init__(self, path: Path, crew: Crew, on_stop: Callable[[bool], None]):
        self._path = path
        self._crew = crew
        self._on_stop = on_stop
        self._sessions: set[Session] = set()
        crew.on_frame = self._on_frame

    async def run(self) -> None:
        """Serve until cancelled. The lock is held, so a socket file found here is a stale one."""
        with suppress(FileNotFoundError):
            self._path.unlink()
        async with asyncio.TaskGroup() as clients:

            def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                clients.create_task(self._serve(reader, writer))

            previous = os.umask(0o177)
            try:
                server = await asyncio.start_unix_server(accept, self._path, limit=MAX_LINE)
            finally:
                os.umask(previous)
            try:
                await asyncio.Event().wait()
            finally:
                server.close()  # not waited for: from Python 3.12 on that waits for the clients
                with suppress(FileNotFoundError):
                    self._path.unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if peer_uid(writer) == os.getuid():
                await self._session(reader, writer)
        except Exception as error:  # noqa: BLE001 - the boundary of clients
            await self._crew.boundary.failed("client.failed", "a client", error)
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(self._crew, reader, writer, self._on_stop, self._all_visible)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            self._crew.show(self._all_visible())

    def _all_visible(self) -> set[str]:
        return set().union(*(session.visible for session in self._sessions))

    def _on_frame(self, agent: str) -> None:
        for session in self._sessions:
            session.on_frame(agent)


def peer_uid(writer: asyncio.StreamWriter) -> int:
    """The user id of the process at the other end."""
    connection = writer.get_extra_info("socket")
    if hasattr(socket, "SO_PEERCRED"):
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", raw)[1])
    return os.getuid()  # elsewhere the socket's 0600 in a 0700 folder is what keeps others out
