"""Agents that outlived their supervisor: known by mark, process and start time, never by name."""

import asyncio

from crewtui.core.ledger.store import Ledger
from crewtui.core.model.clock import Clock
from crewtui.core.service.post_office import PostOffice
from crewtui.core.supervision.exits import name_of, parent_of, start_mark
from crewtui.core.supervision.runner import Runner
from crewtui.core.supervision.stage import Adopted
from crewtui.core.tmux.server import Pane, TmuxServer


async def server_of_runs(ledger: Ledger) -> int:
    """The process that started the agents that still live, if it is a tmux server; else 0.

    Its socket's file may be gone: then nobody else can tell which server it is.
    """
    for row in await ledger.rows("open_runs"):
        if row["pid"] and row["pid_started"] == start_mark(row["pid"]):
            parent = await asyncio.to_thread(parent_of, row["pid"])
            if parent and "tmux" in name_of(parent):
                return parent
    return 0


class Adoption:
    """Finds the panes of open runs, and closes the books on runs that ended unseen."""

    def __init__(
        self,
        server: TmuxServer,
        ledger: Ledger,
        clock: Clock,
        runners: dict[str, Runner],
        mail: PostOffice,
    ):
        self._server = server
        self._ledger = ledger
        self._clock = clock
        self._runners = runners
        self._mail = mail

    async def find(self) -> dict[str, Adopted]:
        """Panes of earlier runs that still live: same mark, same process, same start time."""
        panes = {pane.run: pane for pane in await asyncio.to_thread(self._server.panes) if pane.run}
        found: dict[str, Adopted] = {}
        for row in list(await self._ledger.rows("open_runs")):
            pane = panes.get(row["run"])
            alive = (
                pane is not None
                and not pane.dead
                and row["agent"] in self._runners
                and row["pid_started"] in ("", start_mark(pane.pid))
            )
            if pane is not None and alive:
                found[row["agent"]] = Adopted(
                    row["run"], pane, row["started_at"], row["output_from"], row["ground"]
                )
                continue
            run = row["run"]
            await self._ledger.write(
                lambda tx, run=run: tx.run("end_run", self._clock.wall(), "ended unseen", run)  # type: ignore[misc]
            )
            await self._mail.supersede_prompt(row["agent"], "its run ended unseen")
        await self._end_strays(set(found), panes)
        return found

    async def _end_strays(self, adopted: set[str], panes: dict[str, Pane]) -> None:
        """Agents that are in agents.toml no more: their panes are ended and that is said."""
        for row in list(await self._ledger.rows("open_runs")):
            pane = panes.get(row["run"])
            if pane is not None and row["agent"] not in self._runners:
                await asyncio.to_thread(self._server.kill_pane, pane.id)
                await self._ledger.event(
                    "agent.removed",
                    agent=row["agent"],
                    text=f"{row['agent']} is configured no more",
                )
