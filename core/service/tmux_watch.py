"""Looks after the tmux server itself: stopped by somebody, or without its socket's file."""

import asyncio

from crewtui.core.config.lock import is_alive, process_state
from crewtui.core.ledger.troubles import Troubles
from crewtui.core.model.crew_state import Trouble
from crewtui.core.tmux.server import TmuxServer

LOOK_S = 2.0
"""How often the server is looked at, in seconds: a file's facts and a line of ``/proc``."""
STOPPED, SOCKET = "tmux-stopped", "tmux-socket"


class TmuxWatch:
    """Raises what is wrong with the server, and mends what can be mended."""

    def __init__(self, server: TmuxServer, troubles: Troubles):
        self._server = server
        self._troubles = troubles

    async def run(self) -> None:
        """Look for ever; its owner cancels it."""
        while True:
            await asyncio.sleep(LOOK_S)
            self._look_at_process()
            if self._server.socket_path.exists() or not is_alive(self._server.process):
                self._troubles.calm(SOCKET)
            else:
                self._troubles.raise_(
                    Trouble(
                        id=SOCKET,
                        what=f"the socket {self._server.socket_path} of tmux was taken away",
                        todo="its server is told to make it again; nothing to do",
                    )
                )
                await asyncio.to_thread(self._server.revive)

    def _look_at_process(self) -> None:
        pid = self._server.process
        if process_state(pid) not in ("T", "t"):
            self._troubles.calm(STOPPED)
            return
        self._troubles.raise_(
            Trouble(
                id=STOPPED,
                what=f"tmux (process {pid}) is stopped: panes stand still, messages wait",
                todo=f"let it go on with: kill -CONT {pid}",
            )
        )
