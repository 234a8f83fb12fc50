"""What a pane runs: the launch file and the words that start it."""

import json
import os
import shlex
import sys
from pathlib import Path

from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.supervision import launch

_UMASK = os.umask(0o022)
os.umask(_UMASK)


def write_plan(project: Project, agent: AgentSpec, run: str) -> list[str]:
    """Write the private launch file of one run and return the pane's command."""
    path = project.runtime / "launch" / f"{run}.json"
    cwd = (project.root / agent.cwd) if agent.cwd else project.root
    argv = ["/bin/sh", "-c", shlex.join(agent.command)] if agent.shell else list(agent.command)
    bin_folder = str(Path(sys.executable).parent)
    plan = {
        "argv": argv,
        "cwd": str(cwd),
        "umask": _UMASK,
        "env": {
            "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "CREWTUI_PROJECT": str(project.root),
            "CREWTUI_AGENT": agent.id,
            **agent.env,
        },
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(plan, file)
    return [sys.executable, "-I", "-S", launch.__file__, str(path)]
