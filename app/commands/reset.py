"""``crewtui reset``: let a degraded agent start again."""

from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.identity import ask
from crewtui.core.rpc.agents import ResetAgent


@click.command(short_help="Let a degraded agent start again.")
@click.argument("agent")
@project_option
def command(agent: str, path: Path | None) -> None:
    """Clear the restarts counted for AGENT; a degraded one starts again."""
    click.echo(ask(the_project(path), ResetAgent(agent=agent)))
