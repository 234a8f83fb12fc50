"""Which means works on this machine: found by a process inside that tries what it may not."""

import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from crewtui.core.agents.adapter import Wiring
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.fence import landlock, seccomp
from crewtui.core.fence.confine import enclosed, write_launch
from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.scope import scope_of
from crewtui.core.model.ids import new_id

PROBE_S = 10.0
"""How long a trial of a means may take, in seconds."""
TRIES = """
import socket, sys
inside, outside, secret, listener = sys.argv[1:]

def refused(deed, *words):
    try:
        deed(*words)
    except OSError:
        return True
    return False

open(inside, "w").close()
held = {
    "write": refused(open, outside, "w"),
    "read": refused(lambda: open(secret).read()),
    "socket": refused(lambda: socket.socket(socket.AF_UNIX).connect(listener)),
}
print(" ".join(name for name, is_held in held.items() if is_held))
"""
WANTED = {"write", "read", "socket"}


def strongest() -> Fence:
    """What works here."""
    return next(
        (f for f in (Fence.BWRAP, Fence.LANDLOCK, Fence.FILES_ONLY) if works(f)), Fence.AUDIT
    )


def chosen(wanted: str) -> Fence:
    """The means that agents.toml asks for: the strongest that works for ``auto``."""
    return strongest() if wanted == "auto" else Fence(wanted)


def works(fence: Fence) -> bool:
    """Whether a process inside can do what it may, and nothing that it may not."""
    wanted = WANTED - {"socket"} if fence is Fence.FILES_ONLY else WANTED
    return can_be_tried(fence) and wanted <= _held(fence)


def can_be_tried(fence: Fence) -> bool:
    """Whether the machine has at all what the means is made of."""
    if fence is Fence.BWRAP:
        return shutil.which("bwrap") is not None and seccomp.is_known()
    return landlock.abi() > 0 and (fence is Fence.FILES_ONLY or seccomp.is_known())


def _held(fence: Fence) -> set[str]:
    """What was tried in vain; nothing if the process could not even start or write inside."""
    with (
        tempfile.TemporaryDirectory(prefix="crewtui-") as name,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        project = Project(Path(name).resolve())
        (project.root / "in").mkdir()
        project.prepare()
        (project.runtime / "secret").write_text("not for agents\n")
        at = str(project.root / "listener")
        listener.bind(at)
        listener.listen()
        paths = [str(project.root / "in" / "file"), str(project.root / "outside")]
        paths += [str(project.runtime / "secret"), at]
        argv = [sys.executable, "-I", "-S", "-c", TRIES, *paths]
        spec = AgentSpec(id="trial", command=("trial",), allowed_write_dirs=("in",))
        scope = scope_of(project, spec, Wiring())
        program = str(Path(sys.executable).resolve().parent)
        inside = enclosed(project, scope, fence, argv, name, program)
        plan = {"argv": inside.argv, "cwd": name, "umask": 0o022, "env": {}, "fence": inside.rules}
        words = write_launch(project.runtime / "launch" / f"{new_id()}.json", plan)
        try:
            done = subprocess.run(
                words, capture_output=True, text=True, timeout=PROBE_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return set()
        return set(done.stdout.split()) if done.returncode == 0 else set()
