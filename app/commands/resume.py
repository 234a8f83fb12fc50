"""``crewtui resume``: go on after a pause."""

from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.identity import ask
from crewtui.core.rpc.phases import ResumePhases


@click.command(short_help="Go on after a pause.")
@project_option
def command(path: Path | None) -> None:
    """Go on; every deadline is as far away as it was."""
    view = ask(the_project(path), ResumePhases())
    click.echo(f"goes on with {view['phase']}")
