"""Files that follow the crew's state: the event trail, ``state.json``, pid files."""

import asyncio
import json
import os
from contextlib import suppress
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.ledger.feed import ChangeFeed
from crewtui.core.ledger.redo import NAME, RedoLog
from crewtui.core.ledger.store import Ledger
from crewtui.core.ledger.trail import Trail
from crewtui.core.ledger.troubles import Troubles
from crewtui.core.model.crew_state import CrewState, Trouble

TRAIL_GAP_S = 0.2
"""The trail follows at most so often, in seconds."""
QUIET_GAP_S = 5.0
"""And at least so often, in seconds."""
STATE_GAP_S = 1.0
"""``state.json`` is written at most so often, in seconds."""


class Records:
    """Writes what others may read while the supervisor runs; all of it can be made again."""

    def __init__(self, project: Project, ledger: Ledger, feed: ChangeFeed, troubles: Troubles):
        self._project = project
        self._ledger = ledger
        self._feed = feed
        self._troubles = troubles
        self._redo = RedoLog(project.logs / NAME)
        self._trail = Trail(project.logs)
        self._changed = asyncio.Event()
        self._pids: dict[str, int | None] = {}
        feed.listen(lambda _change: self._changed.set())

    async def run(self) -> None:
        """Follow for ever; its owner cancels it."""
        state_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):  # some changes of the ledger are published to nobody
                async with asyncio.timeout(QUIET_GAP_S):
                    await self._changed.wait()
            self._changed.clear()
            try:
                await self._redo.follow(self._ledger)  # what the trail tells has its rows there
                await self._trail.follow(self._ledger)
                if loop.time() - state_at >= STATE_GAP_S:
                    state_at = loop.time()
                    await asyncio.to_thread(self._write_state, self._feed.state)
                else:
                    loop.call_later(STATE_GAP_S, self._changed.set)
                self._troubles.calm("records")
            except OSError as error:
                self._troubles.raise_(
                    Trouble(
                        id="records",
                        what=f"cannot write {self._project.logs}: {error.strerror}",
                        todo="free space or rights; the ledger has everything",
                    )
                )
                loop.call_later(STATE_GAP_S, self._changed.set)
            await asyncio.sleep(TRAIL_GAP_S)

    async def finish(self) -> None:
        """Write once more, at the end."""
        with suppress(OSError):
            await self._redo.follow(self._ledger)
            await self._trail.follow(self._ledger)
            await asyncio.to_thread(self._write_state, self._feed.state)

    def _write_state(self, state: CrewState) -> None:
        agents = {agent.id: agent.model_dump(mode="json") for agent in state.agents.values()}
        value = {"project": state.root, "number": state.number, "agents": agents}
        replace_file(self._project.logs / "state.json", json.dumps(value, indent=1))
        for agent in state.agents.values():
            if self._pids.get(agent.id) != agent.pid:
                self._pids[agent.id] = agent.pid
                path = self._project.runtime / "pids" / f"{agent.id}.pid"
                replace_file(path, f"{agent.pid or ''}\n")


def replace_file(path: Path, text: str) -> None:
    """Put a whole new private file in the path's place."""
    hidden = path.with_name(f".{path.name}.tmp")
    descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    hidden.replace(path)
