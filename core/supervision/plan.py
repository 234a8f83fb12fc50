"""What a pane runs: the launch file and the words that start it."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.fence.confine import enclosed, write_launch
from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.scope import scope_of
from crewtui.core.rpc.token import load_secret, token_of
from crewtui.core.supervision.stage import Launch
from crewtui.core.supervision.wiring import wired_command, wired_environment

_UMASK = os.umask(0o022)
os.umask(_UMASK)


def _path_of(env: dict[str, str]) -> str:
    return env.get("PATH", os.environ.get("PATH", os.defpath))


def write_plan(project: Project, launch: Launch, fence: Fence, prompt: str = "") -> list[str]:
    """Write the private launch file of one run and return the pane's command."""
    agent = launch.spec
    cwd = (project.root / agent.cwd) if agent.cwd else project.root
    command = wired_command(launch, project.agent_folder(agent.id), prompt)
    argv = ["/bin/sh", "-c", shlex.join(command)] if agent.shell else command
    program = str(Path(shutil.which(argv[0], path=_path_of(agent.env)) or argv[0]).resolve().parent)
    scope = scope_of(project, agent, launch.adapter.wiring)
    inside = enclosed(project, scope, fence, argv, str(cwd), program)
    bin_folder = str(Path(sys.executable).parent)
    secret = load_secret(project.runtime / "secret")
    plan = {
        "argv": inside.argv,
        "cwd": str(cwd),
        "umask": _UMASK,
        "env": {
            "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "CREWTUI_PROJECT": str(project.root),
            "CREWTUI_AGENT": agent.id,
            "CREWTUI_TOKEN": token_of(secret, launch.run),
            "CREWTUI_SIGNALS": scope.signals,
            **wired_environment(launch, project.agent_folder(agent.id)),
            "CREWTUI_ANSWERS": f"{scope.private}/answers",
            **agent.env,
            **inside.env,
        },
        "fence": inside.rules,
        "waits": True,
    }
    return write_launch(project.runtime / "launch" / f"{launch.run}.json", plan)


def release(project: Project, run: str) -> None:
    """Let the program of a run begin, which waits in its pane for this."""
    path = project.runtime / "launch" / f"{run}.go"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))
