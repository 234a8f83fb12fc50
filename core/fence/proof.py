"""Proof of an agent's fence: every escape tried inside it, on targets made for the trial."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.agents.adapter import Wiring
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.fence import escapes, landlock
from crewtui.core.fence.confine import enclosed, write_launch
from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.scope import Scope, scope_of
from crewtui.core.fence.targets import ORIGINAL, made_targets
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.model.ids import HUMAN, new_id

LIMIT_S = 120.0
OF_TERMINALS = ("paint", "overhear")
"""Open with Landlock for a program that makes terminals."""
NEEDS = {"truncate": 3, "kill": 6}
"""Held by Landlock from this version of the kernel's on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one escape: ``open``, ``held``, or ``not here`` where it cannot be tried.

    ``good`` says that it is held, or that this means is known not to hold it.
    """

    name: str
    what: str
    result: str
    good: bool


def prove(project: Project, spec: AgentSpec, wiring: Wiring, fence: Fence) -> list[Finding]:
    """Try every escape inside the agent's fence; raises ``CrewtuiError`` if it does not start."""
    project.prepare()
    project.inbox(HUMAN).mkdir(exist_ok=True)
    scope = scope_of(project, spec, wiring)
    with made_targets(project, scope) as targets:
        results = _run(project, scope, fence, targets)
        if Path(targets["outside"]).read_bytes() != ORIGINAL:
            results["write outside"] = "open"  # whatever did it
    wanted = [name for name in escapes.ESCAPES if name != "network" or spec.network == "none"]
    return [_finding(name, results[name], fence, scope) for name in wanted]


def _finding(name: str, result: str, fence: Fence, scope: Scope) -> Finding:
    known = fence in escapes.ESCAPES[name].open_with
    if fence is Fence.LANDLOCK:
        known |= landlock.abi() < NEEDS.get(name, 0)
        known |= scope.terminals and name in OF_TERMINALS
    good = (known and result == "open") or result in ("held", "not here")
    return Finding(name, escapes.ESCAPES[name].what, result, good)


def _run(project: Project, scope: Scope, fence: Fence, targets: escapes.Targets) -> dict[str, str]:
    argv = [sys.executable, "-I", "-S", escapes.__file__, json.dumps(targets)]
    program, root = str(Path(sys.executable).resolve().parent), str(project.root)
    inside = enclosed(project, scope, fence, argv, root, program)
    plan = {"argv": inside.argv, "cwd": root, "umask": 0o022, "env": {}, "fence": inside.rules}
    words = write_launch(project.runtime / "launch" / f"{new_id()}.json", plan)
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            words, stdin=theirs, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        found = json.loads(done.stdout or "null")
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise CrewtuiError(f"the fence of {scope.agent} gives no answer: {error}") from None
    finally:
        os.close(ours)
        os.close(theirs)
    if not isinstance(found, dict):
        why = done.stderr.strip()[-300:]
        raise CrewtuiError(f"the fence of {scope.agent} does not start: {why}", "crewtui doctor")
    return {name: str(found.get(name, "broken")) for name in escapes.ESCAPES}
