"""``crewtui [PATH]``: the dashboard; starts the supervisor first if none runs."""

import sys
from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.model.errors import ConfigError


@click.command(short_help="Open the dashboard (also: crewtui PATH).")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--no-start", is_flag=True, help="Do not start a supervisor.")
@project_option
def command(folder: Path | None, no_start: bool, path: Path | None) -> None:
    """Open the dashboard on the project in FOLDER, and start its crew if it does not run."""
    project = the_project(folder or path)
    if not sys.stdout.isatty():
        raise ConfigError("the dashboard needs a terminal", "use crewtui status instead")
    from crewtui.app.commands.up import start_background
    from crewtui.core.config.lock import is_held

    if not no_start and not is_held(project):
        start_background(project)
    from crewtui.app.dashboard import CrewApp
    from crewtui.core.config.load import load_crew

    CrewApp(project, notify=load_crew(project.config).crew.notify).run()
    click.echo("The crew runs on. Back to it: crewtui   End it: crewtui stop")
