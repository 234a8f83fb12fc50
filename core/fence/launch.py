"""Start an agent inside its pane: read a private file, change folder, become the program.

Run as a plain script (``python -I -S launch.py FILE``). So neither folder nor environment pass
through tmux, which would expand formats in the one and show the other to everyone.
"""

import json
import os
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

NOT_PASSED = ("TMUX", "TMUX_PANE", "CI", "GITHUB_ACTIONS")
"""A program in a pane talks to a person: told that it is in CI, Gemini CLI refuses to start."""
GO_LIMIT_S = 5.0
GO_LOOK_S = 0.002
"""How long to wait for the supervisor, which may have died, and how often to look, in seconds."""


def main(path: str) -> None:
    """Become the program that the file describes; exit 126 or 127 with the reason if it cannot."""
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    os.unlink(path)
    if plan.get("waits"):
        _wait_for(path.removesuffix(".json") + ".go")
    os.umask(plan["umask"])
    try:
        os.chdir(plan["cwd"])
    except OSError as error:
        sys.exit(_failed(126, f"cannot enter {plan['cwd']}: {error.strerror}"))
    for name in NOT_PASSED:
        os.environ.pop(name, None)
    os.environ.update(plan["env"])
    argv = plan["argv"]
    fence = plan.get("fence")
    if fence:
        try:
            argv = _fenced(argv, fence)
        except OSError as error:
            sys.exit(_failed(126, f"cannot set up the write scope: {error}"))
    try:
        os.execvp(argv[0], argv)
    except FileNotFoundError:
        sys.exit(_failed(127, f"no such program: {argv[0]}"))
    except OSError as error:
        sys.exit(_failed(126, f"cannot run {argv[0]}: {error.strerror}"))


def _fenced(argv: list[str], fence: dict[str, Any]) -> list[str]:
    """Confine this process, or have bubblewrap take the filter that goes with it."""
    filter_ = _module("seccomp").program(**fence["filter"]) if "filter" in fence else b""
    if "landlock" in fence:
        _module("landlock").confine(**fence["landlock"])
        if filter_:
            _module("seccomp").install(filter_)
        return argv
    ours, theirs = os.pipe()
    os.write(theirs, filter_)
    os.close(theirs)
    os.set_inheritable(ours, True)
    return [argv[0], "--seccomp", str(ours), *argv[1:]]


def _wait_for(go: str) -> None:
    """Wait until the pane's output is followed, so that nothing of the program's is missed."""
    until = time.monotonic() + GO_LIMIT_S
    while time.monotonic() < until:
        try:
            os.unlink(go)
        except FileNotFoundError:
            time.sleep(GO_LOOK_S)
        else:
            return


def _module(name: str) -> Any:
    """A module beside this script: isolated mode does not look here by itself."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise OSError(f"{path} cannot be loaded")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _failed(code: int, why: str) -> int:
    sys.stderr.write(f"crewtui: {why}\n")
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    main(sys.argv[1])
