"""``crewtui deny``: refuse what an agent asks."""

from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.identity import ask
from crewtui.core.rpc.agents import DecideQuestion


@click.command(short_help="Deny what an agent asks, by the question's id.")
@click.argument("approval", metavar="ID")
@click.option("--message", "-m", default="", help="Tell the agent why, as a message.")
@project_option
def command(approval: str, message: str, path: Path | None) -> None:
    """Deny the question ID, if it is still the one on screen."""
    project = the_project(path)
    said = ask(project, DecideQuestion(approval=approval, role="deny", message=message))
    click.echo(said)
