"""What a lasting connection speaks through: the Unix socket of a project."""

import asyncio
from typing import Protocol

from crewtui.core.config.project import Project
from crewtui.core.rpc.wire import MAX_LINE


class Transport(Protocol):
    """A way to a supervisor."""

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A new stream of lines to it; raises ``OSError`` or ``CrewtuiError``."""
        ...


class UnixSocket:
    """The socket of the project's supervisor on this machine."""

    def __init__(self, project: Project):
        self._project = project

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the socket; raises ``OSError`` where nobody listens."""
        return await asyncio.open_unix_connection(self._project.socket, limit=MAX_LINE)
