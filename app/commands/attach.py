"""``crewtui attach``: a full tmux client on an agent's session."""

import os
from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.model.errors import Refused
from crewtui.core.rpc.status import Status


@click.command(short_help="Open an agent's pane in a full tmux client.")
@click.argument("agent")
@project_option
def command(agent: str, path: Path | None) -> None:
    """Open AGENT in a full tmux client; Ctrl+\\ leaves it."""
    os.environ.pop("TMUX", None)
    argv = attach_words(call(the_project(path), Status()), agent)
    os.execvp(argv[0], argv)


def attach_words(state: dict[str, object], agent: str) -> list[str]:
    """The command that opens the agent's session; raises ``Refused`` if it has none."""
    agents = state["agents"]
    supervisor = state["supervisor"]
    assert isinstance(agents, dict)
    assert isinstance(supervisor, dict)
    if agent not in agents:
        raise Refused(f"no agent is called {agent!r}", f"known: {', '.join(agents)}")
    session = agents[agent]["session"]
    if not session:
        raise Refused(f"{agent} has no pane", f"crewtui start {agent}")
    socket = str(supervisor["tmux_socket"])
    pane = str(agents[agent]["pane"])
    go = ["select-pane", "-t", pane, ";"]
    return ["tmux", "-L", socket, *go, "attach-session", "-t", f"={session}"]
