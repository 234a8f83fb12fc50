"""``crewtui agents``: which adapter serves which agent."""

import json
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.agents.registry import adapter_for, load_adapters
from crewtui.core.config.load import load_crew


@click.command(short_help="List the agents and the adapter that serves each.")
@project_option
@json_option
def command(path: Path | None, as_json: bool) -> None:
    """List the configured agents, each with the adapter that serves it."""
    project = the_project(path)
    adapters = load_adapters(project.folder)
    rows = [
        {
            "id": spec.id,
            "command": list(spec.command),
            "adapter": adapter_for(spec, adapters).name,
            "why": "named in agents.toml" if spec.adapter else "by its program",
        }
        for spec in load_crew(project.config).agents
    ]
    for row in rows:
        if as_json:
            click.echo(json.dumps(row))
        else:
            click.echo(f"{row['id']:<20} {row['adapter']:<12} {row['why']}")
