"""Write scopes and read fences: what enforces them on this machine, and what an agent may touch.

The strongest that works is taken: bubblewrap, which also hides sockets and processes; Landlock with
a filter against Unix sockets; Landlock alone, which leaves the tmux socket open and so holds for
files only; else a watch that reports.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crewtui.core.agents.adapter import Wiring
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project, socket_folder
from crewtui.core.supervision import landlock

PACKAGE = Path(__file__).resolve().parents[2]
"""Where crewtui itself is: an agent calls it."""
PROBE_S = 10.0
"""How long a trial of a means may take, in seconds."""


class Fence(StrEnum):
    """What holds an agent in its scope; ``none`` is an agent without one."""

    BWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    FILES_ONLY = "landlock, files only"
    AUDIT = "audit"
    NONE = "none"

    @property
    def strength(self) -> str:
        """How far it holds, in the words of the dashboard."""
        return {
            Fence.BWRAP: "full",
            Fence.LANDLOCK: "full",
            Fence.FILES_ONLY: "files only",
            Fence.AUDIT: "audit",
            Fence.NONE: "none",
        }[self]


@dataclass(frozen=True, slots=True)
class Scope:
    """An agent's scope as absolute paths; no ``write`` means that it may write everywhere."""

    write: tuple[str, ...]
    slots: tuple[str, ...]
    hide: tuple[str, ...]
    tmp: str
    signals: str

    @property
    def fenced(self) -> bool:
        """Whether anything is fenced at all."""
        return bool(self.write or self.hide)


def has_scope(spec: AgentSpec) -> bool:
    """Whether anything is fenced for the agent."""
    return bool(spec.allowed_write_dirs or spec.denied_read_dirs)


def scope_of(project: Project, spec: AgentSpec, wiring: Wiring) -> Scope:
    """What the agent may write and not read; its own folders are made where they are missing."""
    tmp = project.private("tmp", spec.id)
    signals = project.private("signals", spec.id)
    hide = tuple(_path(project, spec, name) for name in spec.denied_read_dirs)
    write: list[str] = []
    if spec.allowed_write_dirs:
        own = [_path(project, spec, name) for name in wiring.state_folders]
        write = [_path(project, spec, name) for name in spec.allowed_write_dirs]
        for folder in (*write, *(path for path in own if not Path(path).suffix)):
            Path(folder).mkdir(parents=True, exist_ok=True)
        write += [path for path in own if Path(path).exists()]
        write += [str(tmp), str(signals), *_work_folders(project, spec.id)]
    inboxes = sorted(str(path) for path in project.messages.glob("to_*") if path.is_dir())
    slots = tuple(inboxes) if write else ()
    return Scope(tuple(dict.fromkeys(write)), slots, hide, str(tmp), str(signals))


def _work_folders(project: Project, agent: str) -> list[str]:
    """The agent's worktrees and what a commit in one writes of the repository: never main."""
    found = [project.folder / "worktrees" / agent]
    git = project.root / ".git"
    if git.is_dir() and not (git / "refs" / "heads" / agent).is_file():
        found += [git / "objects", git / "worktrees", git / "refs" / "heads" / agent]
        found.append(git / "logs" / "refs" / "heads" / agent)
        _hold_open(git / "worktrees" / "crewtui", project)
    for folder in found:
        folder.mkdir(parents=True, exist_ok=True)
    return [str(folder) for folder in found]


def _hold_open(folder: Path, project: Project) -> None:
    """A locked entry: git removes the folder of all worktrees with its last one, fence or not."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True)
    (folder / "gitdir").write_text(f"{project.folder}/worktrees/.held-open/.git\n")
    (folder / "commondir").write_text("../..\n")
    (folder / "HEAD").write_text("0" * 40 + "\n")
    (folder / "locked").write_text("crewtui keeps the folder of worktrees for fenced agents\n")


def _path(project: Project, spec: AgentSpec, name: str) -> str:
    """A path of the scope, absolute; ``~`` is the agent's home."""
    name = name.replace("{uid}", str(os.getuid()))
    if name == "~" or name.startswith("~/"):
        name = spec.env.get("HOME", str(Path.home())) + name[1:]
    return os.path.realpath(project.root / name)


def bwrap_words(project: Project, scope: Scope, agent: str, cwd: str, program: str) -> list[str]:
    """The words before the agent's command that confine it with bubblewrap.

    What the supervisor keeps is hidden, and so are the sockets of tmux and of the supervisor: who
    reaches them could write and answer through others. ``/tmp`` is the agent's own.
    """
    words = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL"]
    words += ["--ro-bind" if scope.write else "--bind", "/", "/", "--dev-bind", "/dev", "/dev"]
    words += ["--proc", "/proc"]
    if scope.write:
        words += ["--bind", scope.tmp, "/tmp"]
        for path in dict.fromkeys((str(project.root), cwd, program, sys.prefix, str(PACKAGE))):
            if path.startswith("/tmp/") and Path(path).exists():
                words += ["--ro-bind", path, path]
    words += ["--tmpfs", str(project.runtime)]
    own = str(project.agent_folder(agent))
    words += ["--ro-bind-try", own, own]
    for path in (scope.tmp, scope.signals, *scope.write, *scope.slots):
        words += ["--bind-try", path, path]
    for path in (*_socket_folders(in_tmp=not scope.write), *scope.hide):
        if Path(path).is_dir():
            words += ["--tmpfs", path]
    return [*words, "--chdir", cwd, "--"]


def _socket_folders(*, in_tmp: bool) -> list[str]:
    """Where sockets are that an agent must not reach; those in ``/tmp`` are gone with it."""
    found = [f"/tmp/tmux-{os.getuid()}", str(socket_folder())]
    if "TMUX_TMPDIR" in os.environ:
        found.append(f"{os.environ['TMUX_TMPDIR']}/tmux-{os.getuid()}")
    return [path for path in found if in_tmp or not path.startswith("/tmp/")]


def landlock_rules(scope: Scope, fence: Fence) -> dict[str, object]:
    """What the launch script is told to confine itself with."""
    return {
        "write": list(scope.write),
        "slots": list(scope.slots),
        "hide": list(scope.hide),
        "sockets": fence is Fence.FILES_ONLY,
    }


def strongest() -> Fence:
    """What works here, tried by a process that tries to write outside."""
    with tempfile.TemporaryDirectory() as folder:
        for fence in (Fence.BWRAP, Fence.LANDLOCK, Fence.FILES_ONLY):
            if works(fence, Path(folder)):
                return fence
    return Fence.AUDIT


def works(fence: Fence, folder: Path) -> bool:
    """Whether a process inside is refused outside and allowed inside."""
    inside, outside = folder / f"{fence}-in".replace(" ", "-"), folder / "outside"
    inside.mkdir(exist_ok=True)
    if fence is Fence.BWRAP:
        if shutil.which("bwrap") is None:
            return False
        words = ["bwrap", "--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"]
        words += ["--unshare-pid", "--bind", str(inside), str(inside), "--"]
    elif landlock.abi() == 0 or (fence is Fence.LANDLOCK and not landlock.has_seccomp()):
        return False
    else:
        code = (
            "import os,sys; sys.path.insert(0, sys.argv[1]); import landlock; "
            "landlock.confine([sys.argv[2]], [], [], sys.argv[3] == '1'); "
            "os.execvp(sys.argv[4], sys.argv[4:])"
        )
        sockets = "1" if fence is Fence.FILES_ONLY else "0"
        words = [
            sys.executable,
            "-I",
            "-S",
            "-c",
            code,
            str(Path(landlock.__file__).parent),
            str(inside),
            sockets,
        ]
    script = 'echo x > "$1/ok" && ! echo x 2>/dev/null > "$2"'
    try:
        done = subprocess.run(
            [*words, "/bin/sh", "-c", script, "sh", str(inside), str(outside)],
            capture_output=True,
            timeout=PROBE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and (inside / "ok").exists() and not outside.exists()
