"""``crewtui approvals``: what the agents ask."""

import json
import time
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.model.text import visible
from crewtui.core.rpc.agents import ListQuestions


@click.command(short_help="List what the agents ask, with the answers they offer.")
@project_option
@json_option
def command(path: Path | None, as_json: bool) -> None:
    """List the open questions: approve ID, deny ID, or approve ID --choice N answers one."""
    found = call(the_project(path), ListQuestions())
    if as_json:
        click.echo(json.dumps(found))
        return
    if not found:
        click.echo("nothing is asked")
    for row in found:
        age = int(time.time() - row["since"])  # noqa: TID251 - only how it is shown
        click.echo(f"{row['id']}  {row['agent']}  {age}s  {visible(row['text'])}")
        for choice in row["choices"]:
            if choice["number"]:
                click.echo(f"    {choice['number']}  {visible(choice['label'])}")
