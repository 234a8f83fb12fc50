"""``crewtui task``: tasks in worktrees."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.app.options import text_of
from crewtui.core.client.identity import HANDED_IN, ask, learn, look
from crewtui.core.model.errors import ConfigError, Refused
from crewtui.core.model.text import visible
from crewtui.core.rpc.work import (
    AddTasks,
    AssignTask,
    BidForTask,
    CancelTask,
    ClaimTask,
    DecideTask,
    FinishPlan,
    ReleaseTask,
    RetryTask,
    StartTask,
    SubmitTask,
    TaskArtifacts,
    TaskDiff,
    TaskResult,
)
from crewtui.core.work.taskfile import checked, read_tasks

WAIT_S = 20.0


@click.group(short_help="Tasks: add, list, claim, submit, result and more.")
def command() -> None:
    """Tasks are worked on in git worktrees, validated, reviewed by others, and merged."""


@command.command(short_help="Add tasks from a file, or one from options.")
@click.argument("id_", metavar="[ID]", required=False, default="")
@click.option("--file", type=click.Path(path_type=Path), default=None, help="TOML, YAML, JSON; -")
@click.option("--title", default="")
@click.option("--goal", default="")
@click.option("--domain", default="")
@click.option("--milestone", default="")
@click.option("--artifact", "artifacts", multiple=True)
@click.option("--accept", "acceptance", multiple=True, help="A condition for being done.")
@click.option("--constraint", "constraints", multiple=True)
@click.option("--path", "allowed_paths", multiple=True, help="What it may change.")
@click.option("--validate", multiple=True, help="A command that must end with 0.")
@click.option("--depends-on", multiple=True)
@click.option("--due", default="")
@project_option
@json_option
def add(id_: str, file: Path | None, path: Path | None, as_json: bool, **facts: Any) -> None:
    """Add the tasks in a file, or the task ID that the options describe."""
    if file is not None:
        name = "tasks" if str(file) == "-" else str(file)
        tables = read_tasks(text_of(file), name)
    elif id_:
        commands = facts.pop("validate")
        table = {"id": id_, **{key: value for key, value in facts.items() if value}}
        table["title"] = facts["title"] or id_
        table["validations"] = [{"command": words} for words in commands]
        tables = [checked(table, id_)]
    else:
        raise ConfigError("no task", "give --file FILE, or an id and --title")
    data = tuple(table.model_dump(mode="json") for table in tables)
    found = ask(the_project(path), AddTasks(tasks=data))
    if as_json or found == HANDED_IN:
        click.echo(found if found == HANDED_IN else json.dumps(found))
        return
    for task in found:
        click.echo(f"added {task['id']}: {visible(task['title'])}")


@command.command("list", short_help="List the tasks.")
@click.option("--state", default="", help="Only tasks in this state.")
@project_option
@json_option
def list_(state: str, path: Path | None, as_json: bool) -> None:
    """List the tasks with their state."""
    found = look(the_project(path))["tasks"].values()
    rows = [task for task in found if state in ("", task["state"])]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for task in rows:
        reason = f"  {visible(task['reason'])}" if task["reason"] else ""
        who = task["agent"] or "-"
        line = f"{task['id']:<20} {task['state']:<12} {who:<12} {visible(task['title'])}"
        click.echo(line + reason)
    if not rows:
        click.echo("no tasks; add some with: crewtui task add")


@command.command(short_help="Show one task whole.")
@click.argument("id_", metavar="ID")
@project_option
@json_option
def show(id_: str, path: Path | None, as_json: bool) -> None:
    """Show everything that is known of a task."""
    task = _task(path, id_)
    if as_json:
        click.echo(json.dumps(task))
        return
    for key, value in task.items():
        if value not in ("", [], None, {}):
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            click.echo(f"{key:<14} {visible(shown)}")


def _task(path: Path | None, id_: str) -> dict[str, Any]:
    tasks = look(the_project(path))["tasks"]
    if id_ not in tasks:
        raise Refused(f"no task {id_!r}", "list them with: crewtui task list")
    return dict(tasks[id_])


@command.command(short_help="Offer to take a task (for agents).")
@click.argument("id_", metavar="ID")
@click.option("--reason", "-m", default="")
@project_option
def bid(id_: str, reason: str, path: Path | None) -> None:
    """Offer to take a task; the clock or the operator assigns it."""
    _done(ask(the_project(path), BidForTask(task=id_, reason=reason)), f"you bid for {id_}")


@command.command(short_help="Take a task (for agents).")
@click.argument("id_", metavar="ID")
@project_option
@json_option
def claim(id_: str, path: Path | None, as_json: bool) -> None:
    """Take a task: its worktree and branch are made. Of two at once, one gets it."""
    _held(ask(the_project(path), ClaimTask(task=id_)), as_json)


@command.command(short_help="Give a task to an agent.")
@click.argument("id_", metavar="ID")
@click.argument("agent")
@project_option
@json_option
def assign(id_: str, agent: str, path: Path | None, as_json: bool) -> None:
    """Give a task to an agent."""
    _held(ask(the_project(path), AssignTask(task=id_, to=agent)), as_json)


@command.command(short_help="Put a task back.")
@click.argument("id_", metavar="ID")
@project_option
def release(id_: str, path: Path | None) -> None:
    """Put a task back; its branch stays."""
    _done(ask(the_project(path), ReleaseTask(task=id_)), f"{id_} is queued again")


@command.command(short_help="Say that you begin (for agents).")
@click.argument("id_", metavar="ID")
@project_option
@json_option
def start(id_: str, path: Path | None, as_json: bool) -> None:
    """Say that you begin to work on your task."""
    _held(ask(the_project(path), StartTask(task=id_)), as_json)


@command.command(short_help="Submit what is committed (for agents).")
@click.argument("id_", metavar="ID")
@click.option("--no-wait", is_flag=True, help="Do not wait for the validations.")
@project_option
@json_option
def submit(id_: str, no_wait: bool, path: Path | None, as_json: bool) -> None:
    """Validate what is committed on the task's branch; ends with the ending's own code.

    0 completed, 11 with warnings, 12 failed validation, 13 failed adapter, 14 failed bridge,
    15 timeout, 16 cancelled, 17 needs approval, 18 needs manual attention, 10 still running.
    """
    found = ask(the_project(path), SubmitTask(task=id_))
    if found == HANDED_IN:
        click.echo(found)
        return
    _result(path, id_, as_json, 0 if no_wait else None, found)


@command.command(short_help="Say how the newest attempt ended, with its exit code.")
@click.argument("id_", metavar="ID")
@click.option("--no-wait", is_flag=True, help="Do not wait for its end.")
@project_option
@json_option
def result(id_: str, no_wait: bool, path: Path | None, as_json: bool) -> None:
    """Say how the newest attempt ended; the exit code says it too."""
    _result(path, id_, as_json, 0 if no_wait else None, None)


def _result(path: Path | None, id_: str, as_json: bool, wait_s: float | None, found: Any) -> None:
    project = the_project(path)
    if found is None:
        found = learn(project, TaskResult(task=id_, wait_s=0))
    while wait_s is None and found["ending"] == "running" and found["task"]["attempts"]:
        found = learn(project, TaskResult(task=id_, wait_s=WAIT_S))
    attempts = found["task"]["attempts"]
    if not attempts:
        raise Refused(f"task {id_} has nothing submitted yet", f"crewtui task submit {id_}")
    if as_json:
        click.echo(json.dumps(found))
    else:
        last = attempts[-1]
        reason = f": {visible(last['reason'])}" if last["reason"] else ""
        click.echo(f"{id_}, attempt {last['number']}: {found['ending'].replace('_', ' ')}{reason}")
        for check in last["validations"]:
            mark = "ok  " if check["passed"] else "FAIL"
            click.echo(f"  {mark} {visible(check['name'])}  {check['exit']}, {check['seconds']} s")
        click.echo(f"  -> {visible(found['todo'])}")
    sys.exit(int(found["exit_code"]))


@command.command(short_help="Print the logs of the newest attempt.")
@click.argument("id_", metavar="ID")
@click.option("--attempt", type=int, default=None)
@project_option
def logs(id_: str, attempt: int | None, path: Path | None) -> None:
    """Print what the validations printed."""
    project = the_project(path)
    for entry in learn(project, TaskArtifacts(task=id_, attempt=attempt or 0)):
        if str(entry["name"]).startswith("logs/"):
            click.echo(f"── {visible(entry['name'])}")
            text = learn(project, TaskArtifacts(task=id_, name=entry["name"], attempt=attempt or 0))
            click.echo(_safe(text))


@command.command(short_help="List what the newest attempt left, with SHA-256.")
@click.argument("id_", metavar="ID")
@click.option("--attempt", type=int, default=None)
@project_option
@json_option
def artifacts(id_: str, attempt: int | None, path: Path | None, as_json: bool) -> None:
    """List logs, difference and changed files."""
    found = learn(the_project(path), TaskArtifacts(task=id_, attempt=attempt or 0))
    if as_json:
        click.echo(json.dumps(found))
        return
    for entry in found:
        kept = "" if entry.get("kept", True) else "  (too large, not kept)"
        click.echo(f"{entry['sha256']}  {entry['size']:>9}  {visible(str(entry['name']))}{kept}")


@command.command(short_help="Say how each validation went.")
@click.argument("id_", metavar="ID")
@project_option
@json_option
def validations(id_: str, path: Path | None, as_json: bool) -> None:
    """List the task's validations and how they went in the newest attempt."""
    task = _task(path, id_)
    last = task["attempts"][-1] if task["attempts"] else {"validations": []}
    went = {check["name"]: check for check in last["validations"]}
    if as_json:
        click.echo(json.dumps({"validations": task["validations"], "results": last["validations"]}))
        return
    for check in task["validations"]:
        found = went.get(check["name"])
        mark = "-   " if found is None else "ok  " if found["passed"] else "FAIL"
        words = " ".join(check["command"])
        click.echo(f"{mark} {visible(check['name'])}: {visible(words)} ({check['timeout_s']:g} s)")


@command.command(short_help="Print what the newest attempt changes.")
@click.argument("id_", metavar="ID")
@project_option
@json_option
def diff(id_: str, path: Path | None, as_json: bool) -> None:
    """Print the difference that is to be reviewed."""
    found = learn(the_project(path), TaskDiff(task=id_))
    click.echo(json.dumps(found) if as_json else _safe(found["diff"]))


@command.command(short_help="Stop a task.")
@click.argument("id_", metavar="ID")
@click.option("--reason", "-m", default="")
@project_option
def cancel(id_: str, reason: str, path: Path | None) -> None:
    """Stop a task and its validations; it is blocked until it is tried again."""
    _done(ask(the_project(path), CancelTask(task=id_, reason=reason)), f"{id_} is cancelled")


@command.command(short_help="Go on with a blocked task.")
@click.argument("id_", metavar="ID")
@project_option
def retry(id_: str, path: Path | None) -> None:
    """Go on with a blocked task: with its agent, or queued again."""
    found = ask(the_project(path), RetryTask(task=id_))
    _done(found, f"{id_} goes on")


@command.command(short_help="Approve gated changes: they go to review.")
@click.argument("id_", metavar="ID")
@click.option("--reason", "-m", default="")
@project_option
def approve(id_: str, reason: str, path: Path | None) -> None:
    """Approve changes that a policy held; they go to review."""
    found = ask(the_project(path), DecideTask(task=id_, approve=True, reason=reason))
    _done(found, f"{id_} goes to review")


@command.command(short_help="Send gated changes back to their author.")
@click.argument("id_", metavar="ID")
@click.option("--reason", "-m", default="")
@project_option
def deny(id_: str, reason: str, path: Path | None) -> None:
    """Send changes that a policy held back to their author."""
    found = ask(the_project(path), DecideTask(task=id_, approve=False, reason=reason))
    _done(found, f"{id_} goes back")


@command.command(short_help="Say that the plan is whole (for the planner).")
@project_option
def planned(path: Path | None) -> None:
    """Say that the plan is whole: the tasks are handed out."""
    _done(ask(the_project(path), FinishPlan()), "the plan is whole")


def _held(found: Any, as_json: bool) -> None:
    if as_json or found == HANDED_IN:
        click.echo(found if found == HANDED_IN else json.dumps(found))
        return
    click.echo(f"{found['id']} {found['state']} by {found['agent']}")
    click.echo(f"  branch {found['branch']}  worktree {found['worktree']}")


def _done(found: Any, said: str) -> None:
    click.echo(found if found == HANDED_IN else said)


def _safe(text: str) -> str:
    """A text of others for the terminal, line by line."""
    return "\n".join(visible(line) for line in text.split("\n"))
