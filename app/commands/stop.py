"""``crewtui stop``: end the supervisor."""

import asyncio
import time
from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.client.identity import who_asks
from crewtui.core.config.load import load_crew
from crewtui.core.config.lock import ProjectLock, is_held
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError, NoSupervisor
from crewtui.core.model.text import visible
from crewtui.core.rpc.watching import Stop

STOP_S = 30.0


@click.command(short_help="End the supervisor and the agents.")
@click.option("--keep-agents", is_flag=True, help="Leave the agents running; up adopts them.")
@project_option
def command(keep_agents: bool, path: Path | None) -> None:
    """End the project's supervisor and, unless told otherwise, its agents; says what it ended.

    Processes that agents left behind are ended too: they are known by the mark of their run.
    Where no supervisor runs any more, what it left running is ended.
    """
    project = the_project(path)
    try:
        call(project, Stop(keep_agents=keep_agents), said=who_asks(project))
    except NoSupervisor:
        if keep_agents or (said := _end_remains(project)) is None:
            raise
        click.echo(f"no supervisor ran; {said}")
        return
    deadline = time.monotonic() + STOP_S
    while is_held(project):
        if time.monotonic() > deadline:
            raise CrewtuiError("the supervisor is still ending", "look again with: crewtui status")
        time.sleep(0.02)
    click.echo(f"stopped; {'the agents run on' if keep_agents else _said(project)}")


def _end_remains(project: Project) -> str | None:
    """End what a supervisor that is gone left running; none if there was nothing."""
    from crewtui.core.service.remains import end_remains

    if not project.ledger.exists() or is_held(project):
        return None
    socket = load_crew(project.config).crew.tmux_socket
    with ProjectLock(project):
        stopped = asyncio.run(end_remains(project, socket))
    return stopped.said if stopped.agents or stopped.leftovers else None


def _said(project: Project) -> str:
    """What the supervisor ended, as it wrote it down."""
    try:
        return visible(project.stopped.read_text(encoding="utf-8", errors="replace").strip())
    except OSError:
        return "agents too"
