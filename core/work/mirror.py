"""The queue of what is to be mirrored to pull requests, in order, beside the crew's own work."""

import asyncio
from collections.abc import Awaitable, Callable

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger
from crewtui.core.model.errors import CrewtuiError, why
from crewtui.core.work.git import Git
from crewtui.core.work.github import GitHub, mirror_of
from crewtui.core.work.merge import MergeRepo

Job = Callable[[GitHub, str], Awaitable[None]]
MOST = 1000
"""So many jobs wait at most while nobody works on them."""


class Mirror:
    """Takes jobs, and does them one after the other while it runs."""

    def __init__(self, project: Project, ledger: Ledger, room: MergeRepo):
        self._project = project
        self._ledger = ledger
        self._room = room
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(MOST)

    def put(self, job: Job) -> None:
        """Have something mirrored; forgotten where no mirror runs."""
        if not self._jobs.full():
            self._jobs.put_nowait(job)

    async def run(self) -> None:
        """Mirror for ever; its owner cancels it. What fails is an event, and the next is tried."""
        while True:
            job = await self._jobs.get()
            try:
                main = await Git(self._project.root).main_branch()
                await job(await mirror_of(self._project, self._room), main)
            except (CrewtuiError, OSError) as error:
                text = f"not mirrored: {why(error)}"
                await self._ledger.event("github.failed", text=text)
