"""What is left of a crew whose supervisor is gone: its agents, its sessions, its processes."""

import asyncio
import sqlite3
from contextlib import closing
from functools import partial

from crewtui.core.config.project import Project
from crewtui.core.model.errors import TmuxError
from crewtui.core.rpc.token import read_secret, token_of
from crewtui.core.supervision.exits import end_group
from crewtui.core.supervision.leftovers import Stopped, end_leftovers, find_leftovers
from crewtui.core.tmux.server import Pane, TmuxServer


async def end_remains(project: Project, socket_name: str) -> Stopped:
    """End what a supervisor left running, by the marks of its runs; returns what that was.

    The caller holds the project's lock, so that no supervisor starts meanwhile.
    """
    agents = await asyncio.to_thread(_agents_of_runs, project)
    server = TmuxServer(socket_name)
    panes = await asyncio.to_thread(_panes, server)
    ours = {agents[pane.run]: pane for pane in panes if pane.run in agents and not pane.dead}
    async with asyncio.TaskGroup() as tasks:
        for pane in ours.values():
            tasks.create_task(end_group(pane.pid))
    spared = await asyncio.to_thread(server.pid)
    hub = f"{project.name}-{project.key}-hub"
    for session in {*await asyncio.to_thread(server.owned, project.key), hub}:
        await asyncio.to_thread(server.kill_session, session)
    secret = read_secret(project.runtime / "secret")
    runs = agents.items() if secret is not None else ()
    tokens = {token_of(secret or b"", run): agent for run, agent in runs}
    leftovers = await end_leftovers(partial(find_leftovers, project.root, tokens, spared))
    await asyncio.to_thread(server.close_if_unused)
    return Stopped(tuple(sorted(ours)), (), leftovers)


def _panes(server: TmuxServer) -> list[Pane]:
    try:
        return server.panes()
    except TmuxError:
        return []


def _agents_of_runs(project: Project) -> dict[str, str]:
    """The agent of every run in the ledger; none where that cannot be read."""
    try:
        uri = f"{project.ledger.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return dict(connection.execute("SELECT run, agent FROM runs"))
    except sqlite3.Error:
        return {}
