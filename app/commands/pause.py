"""``crewtui pause``: hold the phases."""

from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.identity import ask
from crewtui.core.rpc.phases import PausePhases


@click.command(short_help="Hold the clock, assignments and merges.")
@project_option
def command(path: Path | None) -> None:
    """Hold the phases; agents that work go on, deadlines wait."""
    view = ask(the_project(path), PausePhases())
    click.echo(f"paused at {view['phase']}; go on with: crewtui resume")
