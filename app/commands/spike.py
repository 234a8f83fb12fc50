"""``crewtui spike``: prove that messages arrive in an agent."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError

MESSAGES = 10
LIMIT_S = 120.0


@click.command(short_help="Prove delivery into an agent with ten messages and a restart.")
@click.option("--agent", default=None, help="Which agent (default: the first).")
@project_option
@json_option
def command(agent: str | None, path: Path | None, as_json: bool) -> None:
    """Send ten messages of one and of several lines, restart the agent halfway, say what came.

    The transcript is kept in runtime/logs/spike_transcripts/.
    """
    project = the_project(path)
    agents = call(project, "status")["agents"]
    name = agent or next(iter(agents), "")
    if name not in agents:
        raise CrewtuiError(f"no agent is called {name!r}", f"known: {', '.join(agents)}")
    lines: list[str] = []
    topic = f"spike-{int(time.time())}"  # noqa: TID251 - only a label
    passed = _spike(project, name, topic, lines, quiet=as_json)
    transcript = _keep(project, name, lines)
    result = {"agent": name, "passed": passed, "transcript": str(transcript)}
    click.echo(json.dumps(result) if as_json else f"transcript: {transcript}")
    if not passed:
        raise CrewtuiError(f"not every message arrived in {name}", f"see {transcript}")


def _spike(project: Project, name: str, topic: str, lines: list[str], *, quiet: bool) -> bool:
    def say(text: str) -> None:
        lines.append(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}")
        if not quiet:
            click.echo(text)

    for half in (range(MESSAGES // 2), range(MESSAGES // 2, MESSAGES)):
        for number in half:
            body = f"spike message {number}: no answer is needed."
            if number % 2:
                body += "\nIt has a second line,\nand a third."
            call(project, "message.send", recipient=name, topic=f"{topic}-{number}", body=body)
        arrived = _wait(project, name, topic, half.stop)
        say(f"{arrived} of {half.stop} arrived")
        if arrived < half.stop:
            for message in _of(project, topic):
                say(f"  {message['topic']}: {message['state']} {message['reason']}")
            return False
        if half.stop < MESSAGES:
            call(project, "agent.restart", agent=name)
            say(f"{name} was killed and is started anew")
    for message in _of(project, topic):
        took = message["changed_at"] - message["accepted_at"]
        say(f"  {message['topic']}: {message['reason']}, after {took:.2f} s")
    return True


def _of(project: Project, topic: str) -> list[dict[str, Any]]:
    messages = call(project, "status")["messages"].values()
    return [m for m in messages if m["topic"].startswith(f"{topic}-")]


def _wait(project: Project, name: str, topic: str, wanted: int) -> int:
    deadline = time.monotonic() + LIMIT_S
    while True:
        found = _of(project, topic)
        arrived: int = sum(m["state"] == "delivered" for m in found)
        ended = sum(m["state"] == "dead" for m in found)
        if arrived + ended >= wanted or time.monotonic() > deadline:
            return arrived
        time.sleep(0.1)


def _keep(project: Project, name: str, lines: list[str]) -> Path:
    folder = project.logs / "spike_transcripts"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}-{name}.log"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return path
