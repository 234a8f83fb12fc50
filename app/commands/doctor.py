"""``crewtui doctor``: is everything here that crewtui needs, and what to do where it is not."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.policies import HOLD, policies_of
from crewtui.core.agents.registry import adapter_for, load_adapters, what_runs
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.descriptors import needed, raise_limit
from crewtui.core.config.filesystem import look_at
from crewtui.core.config.load import load_crew
from crewtui.core.config.project import Project, socket_folder
from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.scope import has_scope
from crewtui.core.fence.trial import chosen
from crewtui.core.model.errors import ConfigError, CrewtuiError
from crewtui.core.tmux.server import tmux_version
from crewtui.core.work.gates import load_milestones

LEAST_DISK = 200 * 1024 * 1024
VERSION_S = 5.0
WAL_BUG = ((3, 7, 0), (3, 51, 2))
"""First and last version with the WAL-reset bug (SQLite's release notes of 3.51.3)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``level`` is ok, warn or bad, ``todo`` what to do about it."""

    level: str
    what: str
    todo: str = ""


@click.command(short_help="Check the machine, the project and every agent's program.")
@project_option
@json_option
def command(path: Path | None, as_json: bool) -> None:
    """Check everything that crewtui needs; each line says what to do about it."""
    findings = list(_machine())
    try:
        findings += _project(the_project(path))
    except CrewtuiError as error:
        findings.append(Finding("warn", error.what, error.todo))
    for finding in findings:
        if as_json:
            click.echo(json.dumps(asdict(finding)))
            continue
        mark = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}[finding.level]
        click.echo(f"{mark}  {finding.what}" + (f"\n      -> {finding.todo}" * bool(finding.todo)))
    if any(finding.level == "bad" for finding in findings):
        raise CrewtuiError("something that crewtui needs is missing", "see the lines marked BAD")


def _machine() -> Iterator[Finding]:
    found = tmux_version()
    if found is None:
        yield Finding("bad", "tmux is not installed", "install tmux 3.2 or newer")
    else:
        good = found >= (3, 2)
        todo = "" if good else "install tmux 3.2 or newer"
        yield Finding("ok" if good else "bad", f"tmux {found[0]}.{found[1]}", todo)
    git = shutil.which("git")
    yield Finding("ok" if git else "bad", f"git: {git}", "" if git else "install git")
    yield Finding("ok", f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    if note := wal_note(sqlite3.sqlite_version_info):
        yield Finding("ok", note, "while a crew runs, open its ledger.db for reading only")
    yield from _terminal()
    try:
        yield Finding("ok", f"sockets in {socket_folder()}, which is private")
    except CrewtuiError as error:
        yield Finding("bad", error.what, error.todo)
    yield from _inotify()


def wal_note(version: tuple[int, ...]) -> str:
    """Of an SQLite that can damage a journal which two connections reset at once, or nothing."""
    if not WAL_BUG[0] <= version <= WAL_BUG[1]:
        return ""
    said = ".".join(map(str, version))
    return f"SQLite {said} is safe with one writer, which crewtui is; a second one may harm it"


def _terminal() -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    small = size.columns < 80 or size.lines < 24
    todo = "make the window 80x24 or larger" if small else ""
    yield Finding("warn" if small else "ok", f"terminal {size.columns}x{size.lines}", todo)
    true = os.environ.get("COLORTERM") in ("truecolor", "24bit")
    colours = "true colour" if true else f"TERM={os.environ.get('TERM', 'unset')}"
    todo = "" if true else "set COLORTERM=truecolor if your terminal has it"
    yield Finding("ok" if true else "warn", f"colours: {colours}", todo)
    unicode = "utf" in (sys.stdout.encoding or "").lower()
    todo = "" if unicode else "set LANG=C.UTF-8 or another UTF-8 locale"
    yield Finding("ok" if unicode else "warn", f"encoding {sys.stdout.encoding}", todo)


def _inotify() -> Iterator[Finding]:
    for name, least in (("max_user_instances", 64), ("max_user_watches", 4096)):
        path = Path("/proc/sys/fs/inotify") / name
        if path.exists():
            value = int(path.read_text())
            todo = (
                f"sysctl fs.inotify.{name}={least * 8}; else folders are listed every few seconds"
            )
            good = value >= least
            yield Finding("ok" if good else "warn", f"inotify {name} {value}", "" if good else todo)


def _project(project: Project) -> Iterator[Finding]:
    free = shutil.disk_usage(project.root).free
    good = free >= LEAST_DISK
    what = f"{free // 1024**2} MiB free for {project.root}"
    yield Finding("ok" if good else "warn", what, "" if good else "free some space")
    if project.runtime.exists() and project.runtime.stat().st_mode & 0o077:
        yield Finding("bad", f"{project.runtime} is open to others", f"chmod 700 {project.runtime}")
    if (unsafe := look_at(project.folder)) is not None:
        yield Finding("bad" if unsafe.refused else "warn", unsafe.what, unsafe.todo)
    crew = load_crew(project.config)
    yield Finding("ok", f"{project.config}: {len(crew.agents)} agents")
    allowed, wanted = raise_limit(len(crew.agents)), needed(len(crew.agents))
    todo = f"ulimit -n {wanted}" if allowed < wanted else ""
    yield Finding("warn" if todo else "ok", f"{allowed} open files, {wanted} needed", todo)
    if len(crew.agents) % 2 == 0:
        todo = "an odd number of voters ties far less often"
        yield Finding("ok", f"{len(crew.agents)} agents is an even crew", todo)
    yield from _work(project)
    adapters = load_adapters(project.folder)
    fence = Fence.NONE
    if any(has_scope(agent) for agent in crew.agents):
        fence = chosen(crew.crew.fence)
        todo = "" if fence is Fence.BWRAP else _better(fence)
        yield Finding("warn" if todo else "ok", f"write scopes: {fence} ({fence.strength})", todo)
    for agent in crew.agents:
        adapter = adapter_for(agent, adapters)
        runs = what_runs(adapter)
        yield from _policies(agent, adapter)
        program = shutil.which(agent.command[0])
        if program is None:
            todo = f"install it, or change command of {agent.id} in agents.toml"
            yield Finding("bad", f"{agent.id}: no program {agent.command[0]!r} on PATH", todo)
        else:
            version = _version(program)
            held = f"fence: {fence.strength}" if has_scope(agent) else "no fence"
            what = f"{agent.id}: {program} {version} (adapter {adapter.name}, {held})"
            known = adapter.version.search(version) if adapter.tried else None
            new = known is not None and known.group() not in adapter.tried
            todo = f"tried: {', '.join(adapter.tried)}; prove it with: crewtui spike" if new else ""
            what += ", never tried" * new + (f"; {runs}" if runs else "")
            yield Finding("warn" if new else "ok", what, todo)
        held_by = fence if has_scope(agent) else Fence.NONE
        yield from _reach(agent, held_by, adapter.wiring.terminals)


def _better(fence: Fence) -> str:
    """How to come by bubblewrap, and what is open without it."""
    means = "install bubblewrap"
    if shutil.which("bwrap") is not None:
        means = "let bubblewrap make user namespaces (AppArmor may forbid it)"
    if fence is Fence.LANDLOCK:
        return f"{means}: Landlock leaves rights and times of other files and /dev/shm open"
    return f"{means}: nothing here enforces the write scopes whole"


def _reach(agent: AgentSpec, fence: Fence, terminals: bool) -> Iterator[Finding]:
    """What an agent's fence, or its want of one, leaves open."""
    if fence is Fence.NONE:
        what = f"{agent.id} has no fence: it can do what you can, to crewtui and its peers too"
        yield Finding("warn", what, f'for {agent.id}: allowed_write_dirs = ["src"]')
    if agent.network != "all" and fence not in (Fence.BWRAP, Fence.LANDLOCK):
        what = f'{agent.id}: nothing here holds network = "{agent.network}"'
        yield Finding("warn", what, "give it a scope, and install bubblewrap")
    if terminals and fence is Fence.LANDLOCK:
        what = f"{agent.id} makes terminals: Landlock then lets it paint and read those of others"
        yield Finding("warn", what, "install bubblewrap")
    if agent.network == "loopback" and fence is Fence.LANDLOCK:
        what = f"{agent.id}: Landlock cannot give it a loopback of its own, so it has no network"
        yield Finding("warn", what, "install bubblewrap")


def _policies(agent: AgentSpec, adapter: Adapter) -> Iterator[Finding]:
    """Whether the agent's policies see what it does."""
    said = policies_of(agent, adapter)
    if said and said != HOLD:
        todo = "let it ask, or fence it with allowed_write_dirs"
        yield Finding("warn", f"{agent.id}: its policies {said}", todo)


def _work(project: Project) -> Iterator[Finding]:
    """What tasks in worktrees and gates need."""
    words = ["git", "-C", str(project.root), "rev-parse", "--verify", "--quiet", "HEAD"]
    if shutil.which("git"):
        done = subprocess.run(words, capture_output=True, check=False)
        todo = "for tasks in worktrees: git init -b main; git add -A; git commit -m start"
        good = done.returncode == 0
        what = "a git repository with a commit" if good else "no git repository with a commit"
        yield Finding("ok" if good else "warn", what, "" if good else todo)
    try:
        milestones = load_milestones(project.folder / "milestones.toml")
    except ConfigError as error:
        yield Finding("bad", error.what, error.todo)
    else:
        yield Finding("ok", f"{len(milestones)} milestones")


def _version(program: str) -> str:
    """The first line that ``--version`` prints; empty if it prints nothing in time."""
    try:
        done = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=VERSION_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0][:60] if done.returncode == 0 and lines else ""
