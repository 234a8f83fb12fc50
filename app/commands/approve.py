"""``crewtui approve``: allow what an agent asks."""

from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.identity import ask
from crewtui.core.rpc.agents import DecideQuestion


@click.command(short_help="Approve what an agent asks, by the question's id.")
@click.argument("approval", metavar="ID")
@click.option("--always", is_flag=True, help="And do not ask again, where the program offers it.")
@click.option("--choice", type=int, default=None, help="Pick the choice of this number instead.")
@project_option
def command(approval: str, always: bool, choice: int | None, path: Path | None) -> None:
    """Approve the question ID, if it is still the one on screen."""
    role = "other" if choice is not None else "always" if always else "approve"
    decided = DecideQuestion(approval=approval, role=role, number=choice)
    click.echo(ask(the_project(path), decided))
