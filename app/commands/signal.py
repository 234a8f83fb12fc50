"""``crewtui signal``: an agent's hook tells the supervisor what its program does.

It always ends with 0 and says nothing but what a rule of the agent decides of a tool: a hook must
never stand in the way of its program.
"""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from crewtui.core.agents.hook import DECIDED, decide
from crewtui.core.client.call import call
from crewtui.core.config.project import Project
from crewtui.core.mail.post import write_file
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.rpc.watching import Signal

TEXT_LIMIT = 4000
"""Of each text so many characters are passed on: a message's mark stands at its beginning."""
PARTS = 50
"""Of each list so many are passed on, the newest: Codex tells all that was ever said to it."""
BULKY = frozenset({"tool_response", "transcript_path", "last-assistant-message"})
ANSWER_S = 3.0
"""The supervisor has so long to take a signal, in seconds: its program waits for the hook's end."""
READ_LIMIT = 64 * 1024 * 1024


@click.command(short_help="Pass on a signal of an agent's own hooks (called by them).", hidden=True)
@click.argument("name")
@click.argument("data", required=False)
def command(name: str, data: str | None) -> None:
    """Pass on a signal; its data is JSON, given as an argument or on standard input."""
    project, agent = os.environ.get("CREWTUI_PROJECT"), os.environ.get("CREWTUI_AGENT")
    if not project or not agent:
        return
    if data is None and not sys.stdin.isatty():
        data = sys.stdin.read(READ_LIMIT)
    try:
        whole = json.loads(data or "{}")
    except ValueError:
        whole = {}
    found = _short(whole)
    decided = decide(Project(Path(project)).agent_folder(agent), name, whole)
    if decided is not None:
        click.echo(decided["answer"])  # first of all: the program waits for nothing else
        sys.stdout.flush()
        decision = {key: decided[key][:TEXT_LIMIT] for key in ("role", "rule", "tool", "detail")}
        found = {**found, DECIDED: decision}
    token = os.environ.get("CREWTUI_TOKEN", "")
    said = {"agent": agent, "token": token}
    try:
        call(Project(Path(project)), Signal(name=name, data=found), ANSWER_S, said)
    except (CrewtuiError, OSError):
        spool = os.environ.get("CREWTUI_SIGNALS")  # a fenced agent reaches no socket
        if spool:
            facts = {"token": token, "name": name, "data": found}
            with suppress(OSError):
                write_file(Path(spool) / f"{time.time_ns()}.json", json.dumps(facts).encode())


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(part) for key, part in value.items() if key not in BULKY}
    if isinstance(value, list):
        return [_short(part) for part in value[-PARTS:]]
    return value[:TEXT_LIMIT] if isinstance(value, str) else value
