"""``crewtui restart``: end an agent and start it anew."""

from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.identity import ask
from crewtui.core.rpc.agents import RestartAgent


@click.command(short_help="End an agent and start it anew.")
@click.argument("agent")
@project_option
def command(agent: str, path: Path | None) -> None:
    """End AGENT and start it anew; does not count as a restart."""
    click.echo(ask(the_project(path), RestartAgent(agent=agent)))
