"""``crewtui start``: start an agent that is stopped."""

from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.call import call


@click.command(short_help="Start an agent that is stopped.")
@click.argument("agent")
@project_option
def command(agent: str, path: Path | None) -> None:
    """Start AGENT, which was stopped or has exited."""
    call(the_project(path), "agent.start", agent=agent)
    click.echo(f"{agent} starts")
