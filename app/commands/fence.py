"""``crewtui fence``: what holds the agents, proven by trying to get out."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.agents.registry import adapter_for, load_adapters
from crewtui.core.config.load import load_crew
from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.proof import prove
from crewtui.core.fence.scope import has_scope
from crewtui.core.fence.trial import chosen
from crewtui.core.model.errors import CrewtuiError, Refused


@click.group(short_help="Try to get out of an agent's fence.")
def command() -> None:
    """What holds the agents in their write scopes."""


@command.command("test", short_help="Try every known escape inside an agent's fence.")
@click.argument("agent")
@project_option
@json_option
def test_(agent: str, path: Path | None, as_json: bool) -> None:
    """Try every known escape inside AGENT's fence and print for each whether it is held or open.

    All of it is tried on files, sockets and processes made for the trial. Ends with 1 if something
    is open that this means should hold.
    """
    project = the_project(path)
    crew = load_crew(project.config)
    spec = crew.agent(agent)
    if spec is None:
        known = ", ".join(spec.id for spec in crew.agents)
        raise Refused(f"no agent is called {agent!r}", f"known: {known}")
    fence = chosen(crew.crew.fence) if has_scope(spec) else Fence.NONE
    adapter = adapter_for(spec, load_adapters(project.folder))
    found = prove(project, spec, adapter.wiring, fence)
    if not as_json:
        click.echo(f"{agent}: {'no fence' if fence is Fence.NONE else fence}")
    for finding in found:
        if as_json:
            click.echo(json.dumps({"fence": fence, **asdict(finding)}))
            continue
        known = "" if finding.good or finding.result != "open" else "  <- should be held"
        click.echo(f"  {finding.result:<8}  {finding.what}{known}")
    bad = sum(not finding.good for finding in found)
    if bad:
        todo = "give it a scope: allowed_write_dirs" if fence is Fence.NONE else "crewtui doctor"
        raise CrewtuiError(f"{bad} of {len(found)} escapes are open for {agent}", todo)
