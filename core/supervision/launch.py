"""Start an agent inside its pane: read a private file, change folder, become the program.

Run as a plain script (``python -I -S launch.py FILE``). So neither folder nor environment pass
through tmux, which would expand formats in the one and show the other to everyone.
"""

import json
import os
import sys


def main(path: str) -> None:
    """Become the program that the file describes; exit 126 or 127 with the reason if it cannot."""
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    os.unlink(path)
    os.umask(plan["umask"])
    try:
        os.chdir(plan["cwd"])
    except OSError as error:
        sys.exit(_failed(126, f"cannot enter {plan['cwd']}: {error.strerror}"))
    for name in ("TMUX", "TMUX_PANE"):
        os.environ.pop(name, None)
    os.environ.update(plan["env"])
    argv = plan["argv"]
    try:
        os.execvp(argv[0], argv)
    except FileNotFoundError:
        sys.exit(_failed(127, f"no such program: {argv[0]}"))
    except OSError as error:
        sys.exit(_failed(126, f"cannot run {argv[0]}: {error.strerror}"))


def _failed(code: int, why: str) -> int:
    sys.stderr.write(f"crewtui: {why}\n")
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    main(sys.argv[1])
