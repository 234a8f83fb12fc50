"""Commands on an agent's behalf, such as its tasks' validations, in the agent's own write scope."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from crewtui.core.agents.adapter import Wiring
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.model.ids import new_id
from crewtui.core.supervision import launch as wrapper
from crewtui.core.supervision.fence import Fence, bwrap_words, landlock_rules, scope_of


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
    if not spec.allowed_write_dirs or fence in (Fence.NONE, Fence.AUDIT):
        return argv
    scope = scope_of(project, spec, wiring)
    scope = replace(scope, write=(*scope.write, str(cwd)), hide=())
    if fence is Fence.BWRAP:
        words = bwrap_words(project, scope, spec.id, str(cwd), sys.executable)
        return (*words, "env", "TMPDIR=/tmp", *argv)
    path = project.runtime / "launch" / f"check-{new_id()}.json"
    plan = {
        "argv": list(argv),
        "cwd": str(cwd),
        "umask": 0o022,
        "env": {"TMPDIR": scope.tmp},
        "fence": landlock_rules(scope, fence),
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(plan, file)
    return (sys.executable, "-I", "-S", wrapper.__file__, str(path))
