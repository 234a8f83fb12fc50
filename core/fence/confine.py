"""A command as it runs inside an agent's fence."""

import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crewtui.core.agents.adapter import Wiring
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.fence import landlock
from crewtui.core.fence import launch as wrapper
from crewtui.core.fence.bubblewrap import bwrap_words
from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.scope import Scope, is_within, scope_of
from crewtui.core.model.ids import new_id

CHECK_UMASK = 0o022


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A command's words, what the launch script does before them, and what it adds to the
    environment."""

    argv: list[str]
    rules: dict[str, Any] | None
    env: dict[str, str]


def enclosed(
    project: Project, scope: Scope, fence: Fence, argv: list[str], cwd: str, program: str
) -> Enclosed:
    """The command inside the fence; as it is where nothing is fenced or nothing can hold it.

    ``program`` is the folder that the program is in.
    """
    if not scope.fenced or fence in (Fence.NONE, Fence.AUDIT):
        return Enclosed(argv, None, {})
    if fence is Fence.BWRAP:
        tmp = "/tmp" if scope.write else scope.tmp
        words = bwrap_words(project, scope, cwd, program)
        filter_ = {"network": scope.network != "none", "alone": True}
        return Enclosed([*words, *argv], {"filter": filter_}, {"TMPDIR": tmp})
    rules: dict[str, Any] = {"landlock": landlock_rules(scope)}
    if fence is Fence.LANDLOCK:
        rules["filter"] = {"network": scope.network == "all", "alone": not scope.write}
    return Enclosed(argv, rules, {"TMPDIR": scope.tmp, "CREWTUI_OUTBOX": scope.tmp})


def landlock_rules(scope: Scope) -> dict[str, Any]:
    """What the launch script is told to confine itself with."""
    kept = {Path(path) for path in scope.kept}
    write = [part for path in scope.write for part in _but(Path(path), kept)]
    hidden = scope.runtime
    return {
        "write": [*write, *scope.corner] if write else [],
        "slots": list(scope.slots),
        "hide": [*scope.hide, hidden],
        "terminals": scope.terminals,
        "own": [*scope.corner, scope.private, *(p for p in scope.write if is_within(p, hidden))],
    }


def _but(folder: Path, kept: set[Path]) -> list[str]:
    """The folder, or all that is in it now but the kept paths that are in it."""
    inside = {path for path in kept if path == folder or folder in path.parents}
    return landlock.beside(folder, inside)


def write_launch(path: Path, plan: dict[str, Any]) -> list[str]:
    """Write a launch file, private, and return the words that start what it says."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(plan, file)
    return [sys.executable, "-I", "-S", wrapper.__file__, str(path)]


def is_enclosed(spec: AgentSpec, fence: Fence) -> bool:
    """Whether an agent's commands cannot write outside of its scope."""
    return bool(spec.allowed_write_dirs) and fence not in (Fence.NONE, Fence.AUDIT)


def confined(
    project: Project,
    spec: AgentSpec,
    wiring: Wiring,
    fence: Fence,
    argv: tuple[str, ...],
    cwd: Path,
) -> tuple[str, ...]:
    """The command as it runs in the agent's write scope; as it is for an agent without one.

    What the agent may not read is not hidden from it: hidden tests are to judge its work.
    """
    if not is_enclosed(spec, fence):
        return argv
    scope = scope_of(project, spec, wiring)
    scope = replace(scope, write=(*scope.write, str(cwd)), hide=())
    program = str(Path(sys.executable).parent)
    inside = enclosed(project, scope, fence, list(argv), str(cwd), program)
    plan = {
        "argv": inside.argv,
        "cwd": str(cwd),
        "umask": CHECK_UMASK,
        "env": {"TMPDIR": inside.env["TMPDIR"]},
        "fence": inside.rules,
    }
    path = project.runtime / "launch" / f"check-{new_id()}.json"
    return tuple(write_launch(path, plan))
