"""What escapes are tried on: files, sockets, a terminal and a process, made for the trial."""

import os
import pty
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from crewtui.core.config.project import Project, socket_folder
from crewtui.core.fence.escapes import Targets
from crewtui.core.fence.scope import PACKAGE, Scope
from crewtui.core.model.ids import new_id

ORIGINAL = b"as it was\n"
DISKS = ("vd[a-z]", "sd[a-z]", "nvme[0-9]n[0-9]", "xvd[a-z]")


@contextmanager
def made_targets(project: Project, scope: Scope) -> Iterator[Targets]:
    """Targets with names of their own; all are gone at the end."""
    with ExitStack() as stack:
        mark = f"fence-test-{new_id()}"
        yield {
            **_files(project, scope, mark, stack),
            **_sockets(mark, stack),
            **_others(stack),
            "runtime": str(project.runtime),
        }


def _files(project: Project, scope: Scope, mark: str, stack: ExitStack) -> Targets:
    inside = Path(scope.tmp) / mark
    inside.mkdir()
    peer = project.private("tmp", mark)
    stack.callback(_remove_all, inside, peer)
    denied = Path(scope.hide[0]) / f".{mark}" if scope.hide else None
    git = project.root / ".git"
    there = {
        "outside": project.folder / f".{mark}",
        "settings": project.folder / f".{mark}.toml",
        "secret": project.runtime / mark,
        "peer": peer / "file",
        "message": project.inbox("human") / f".{mark}.tmp",
        "denied": denied,
        "object": git / "objects" / mark if git.is_dir() else None,
        "shm": Path("/dev/shm") / mark,
    }
    work = project.folder / "worktrees" / mark
    work.mkdir(parents=True)
    stack.callback(_remove_all, work)
    coming = {"hook": git / "hooks" / mark, "forged": git / "objects" / f"{mark}.forged"}
    coming["ref"] = git / "refs" / "heads" / mark
    for path in (*there.values(), *coming.values()):
        if path is not None:
            stack.callback(_remove, path)
    for path in there.values():
        if path is not None and path.parent.is_dir():
            path.write_bytes(ORIGINAL)
            path.chmod(0o600)
    found = {"inside": str(inside)} | {name: str(path or "") for name, path in there.items()}
    found |= {name: str(path) if git.is_dir() else "" for name, path in coming.items()}
    home = Path.home() / f".{mark}"
    state = next((Path(path) / f".{mark}" for path in scope.state if Path(path).is_dir()), None)
    for path in filter(None, (home, state)):
        stack.callback(_remove, path)
    found |= {"state": str(state or "")}
    found |= {"home": str(home) if os.access(home.parent, os.W_OK) else ""}
    return found | {"work": str(work / "file"), "program": str(PACKAGE / "core" / "__init__.py")}


def _sockets(mark: str, stack: ExitStack) -> Targets:
    tmux = Path(f"/tmp/tmux-{os.getuid()}")
    with suppress(OSError):
        tmux.mkdir(mode=0o700, exist_ok=True)
    run = Path("/run") if os.access("/run", os.W_OK) else None
    if run is None and "XDG_RUNTIME_DIR" in os.environ:
        run = Path(os.environ["XDG_RUNTIME_DIR"])
    places = {
        "tmux": tmux / mark,
        "supervisor": socket_folder() / f"{mark}.sock",
        "shm_socket": Path("/dev/shm") / f"{mark}.sock",
        "run_socket": run / mark if run else None,
        "home_socket": Path("/var/tmp") / mark,
    }
    found = {name: str(path) if path else "" for name, path in places.items()}
    found["abstract"] = f"\0crewtui-{mark}"
    for at in filter(None, found.values()):
        _listening(socket.AF_UNIX, at, stack)
    datagram = f"/var/tmp/{mark}.datagram"
    stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)).bind(datagram)
    for at in (*found.values(), datagram):
        if at.startswith("/"):
            stack.callback(_remove, Path(at))
    port = _listening(socket.AF_INET, ("127.0.0.1", 0), stack).getsockname()[1]
    return found | {"datagram": datagram, "port": port}


def _listening(
    family: socket.AddressFamily, at: str | tuple[str, int], stack: ExitStack
) -> socket.socket:
    listener = stack.enter_context(socket.socket(family))
    listener.bind(at)
    listener.listen(64)
    return listener


def _others(stack: ExitStack) -> Targets:
    """Another's terminal, a process of this user's that is not the agent's, and a disk."""
    ours, theirs = pty.openpty()
    stack.callback(os.close, ours)
    stack.callback(os.close, theirs)
    victim = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import signal; signal.pause()"])
    stack.callback(victim.wait)
    stack.callback(victim.kill)
    disks = (str(path) for pattern in DISKS for path in sorted(Path("/dev").glob(pattern)))
    return {
        "terminal": os.ttyname(theirs),
        "victim": victim.pid,
        "disk": next((path for path in disks if _is_open_disk(path)), ""),
    }


def _is_open_disk(path: str) -> bool:
    if not stat.S_ISBLK(Path(path).stat().st_mode):
        return False
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _remove_all(*folders: Path) -> None:
    for folder in folders:
        for path in folder.glob("*"):
            _remove(path)
        with suppress(OSError):
            folder.rmdir()
