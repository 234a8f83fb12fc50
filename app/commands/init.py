"""``crewtui init``: make a project's ``.orchestrator/``."""

import json
from pathlib import Path

import click

from crewtui.app.cli import json_option
from crewtui.core.config.project import Project
from crewtui.core.config.scaffold import DEFAULT_TEMPLATE, scaffold, templates


@click.command(short_help="Make .orchestrator/ with a first crew.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--from-template", "template", default=DEFAULT_TEMPLATE, help="Which crew.")
@click.option("--list", "list_them", is_flag=True, help="List the templates.")
@json_option
def command(folder: Path, template: str, list_them: bool, as_json: bool) -> None:
    """Make .orchestrator/ in FOLDER with a crew, its prompts and comments that explain.

    Nothing that exists is overwritten.
    """
    if list_them:
        for name, about in templates().items():
            click.echo(f"{name:<10} {about}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    written = scaffold(Project(folder.resolve()), template)
    if as_json:
        click.echo(json.dumps({"written": [str(path) for path in written]}))
        return
    for path in written:
        click.echo(f"wrote {path}")
    if not written:
        click.echo("everything is there already; nothing was changed")
    click.echo("Next: look at .orchestrator/agents.toml, then run: crewtui doctor; crewtui")
