"""``crewtui start``: begin with an idea, or start one agent."""

from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.app.options import Duration, names, personas
from crewtui.core.client.identity import ask
from crewtui.core.model.ids import is_agent_id
from crewtui.core.rpc.agents import StartAgent
from crewtui.core.rpc.phases import StartPhases


@click.command(short_help="Begin with an idea (debate, vote, plan, build …), or start an agent.")
@click.argument("what", metavar="IDEA|AGENT")
@click.option("--rounds", default=4, show_default=True, help="Of the debate; 0 begins to plan.")
@click.option("--timebox", type=Duration(), default="10m", show_default=True, help="For a round.")
@click.option("--participants", default="", help="Agents with commas between; else all.")
@click.option("--persona", multiple=True, help="AGENT=NAME: argues as .orchestrator/personas/NAME")
@project_option
def command(
    what: str,
    rounds: int,
    timebox: float,
    participants: str,
    persona: tuple[str, ...],
    path: Path | None,
) -> None:
    """Begin with IDEA: the phases run by themselves. An agent's id starts that agent instead."""
    project = the_project(path)
    if is_agent_id(what):
        ask(project, StartAgent(agent=what))
        click.echo(f"{what} starts")
        return
    view = ask(
        project,
        StartPhases(
            idea=what,
            rounds=rounds,
            timebox_s=timebox,
            participants=tuple(names(participants)),
            personas=personas(persona),
        ),
    )
    click.echo(f"{view['phase']} begins; hold it with: crewtui pause")
