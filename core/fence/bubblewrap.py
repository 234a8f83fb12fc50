"""The words that confine a command with bubblewrap.

What the supervisor keeps is hidden, and so is every folder that sockets are usually in; ``/tmp``,
``/run``, the devices and the terminals are the agent's own. Peers' inboxes are shown as folders
of the agent's own, from which the supervisor takes what is dropped there.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from crewtui.core.config.project import Project, socket_folder
from crewtui.core.fence.scope import PACKAGE, Scope, is_within

GRAPHICS = ("/dev/dri", "/dev/kfd", *(f"/dev/nvidia{end}" for end in ("ctl", "-uvm", "-caps")))
FOUND_IN_RUN = ("/run/current-system", "/run/opengl-driver")
"""Where some systems keep their programs and drivers."""


def bwrap_words(project: Project, scope: Scope, cwd: str, program: str) -> list[str]:
    """The words before the agent's command; ``program`` is the folder that it is in."""
    words = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL"]
    words += [] if scope.network == "all" else ["--unshare-net"]
    bind = "--ro-bind" if scope.write else "--bind"
    words += [bind, "/", "/", "--dev", "/dev"]
    for path in (*GRAPHICS, *sorted(map(str, Path("/dev").glob("nvidia[0-9]*")))):
        words += ["--dev-bind-try", path, path]
    words += ["--proc", "/proc"]
    hidden = ["/run", *_socket_folders()]
    if scope.write:
        words += ["--bind", scope.tmp, "/tmp"]
        hidden = [path for path in hidden if not is_within(path, "/tmp")]
    words += _emptied(hidden)
    for path in dict.fromkeys(
        (str(project.root), cwd, program, sys.prefix, sys.base_prefix, str(PACKAGE), *_in_run())
    ):
        if any(is_within(path, gone) and path != gone for gone in ("/tmp", *hidden)):
            words += [bind, path, path] if Path(path).exists() else []
    words += _bound(scope)
    words += _emptied(scope.hide)
    return [*words, "--chdir", cwd, "--"]


def _bound(scope: Scope) -> list[str]:
    """What the agent may write, and what it may not although it lies within."""
    words = []
    wide = [path for path in scope.write if any(is_within(kept, path) for kept in scope.kept)]
    for path in sorted(wide):
        words += ["--bind", path, path]
    for path in scope.kept if wide else ():
        words += ["--ro-bind-try", path, path]
    words += ["--tmpfs", scope.runtime, "--ro-bind-try", scope.private, scope.private]
    for path in (*sorted(set(scope.write) - set(wide)), *scope.corner):
        words += ["--bind-try", path, path]
    for inbox in scope.slots:
        words += ["--bind", f"{scope.drop}/{Path(inbox).name}", inbox]
    return words


def _emptied(folders: Iterable[str]) -> list[str]:
    return [word for path in folders if Path(path).is_dir() for word in ("--tmpfs", path)]


def _socket_folders() -> list[str]:
    """Where the sockets of tmux, of the supervisor and of the user's other programs are."""
    found = [f"/tmp/tmux-{os.getuid()}", str(socket_folder())]
    found += [os.environ[name] for name in ("TMUX_TMPDIR", "XDG_RUNTIME_DIR") if name in os.environ]
    return [
        path for path in dict.fromkeys(map(os.path.realpath, found)) if path not in ("/", "/tmp")
    ]


def _in_run() -> list[str]:
    """What programs need of ``/run``: name resolution is configured there on many systems."""
    return [*FOUND_IN_RUN, os.path.realpath("/etc/resolv.conf")]
