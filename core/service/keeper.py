"""The supervisor's parent: a small process that starts it once more if it dies.

It imports next to nothing and holds nothing that the crew needs: without it the supervisor goes
on. A supervisor that was told to end, or that says why it cannot start, is not started again.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

WELL_S = 600.0
"""Started again and alive for so long, in seconds, it may die once more and be started again."""
DIED = 10
"""What this process ends with when the supervisor died and is not started again."""
WORDS = 2000
"""So much of what the supervisor printed last is kept."""


def main(arguments: list[str]) -> int:
    """Run a command for as long as it is to run; ``arguments``: the project's runtime, it.

    Returns what this process ends with.
    """
    runtime, *command = Path(arguments[0]), *arguments[1:]
    log, died_at = runtime / "logs" / "supervisor.log", -WELL_S
    while True:
        offset = log.stat().st_size if log.exists() else 0
        code, pid = _run(command)
        was_up = _was_up(runtime / "supervisor.lock", pid)
        if code == 0 or (code > 0 and not was_up):
            return code  # it ended as told, or said in words why it cannot start
        now = time.monotonic()
        again = was_up and now - died_at >= WELL_S
        _write_down(runtime / "died.json", code, _last_words(log, offset), again)
        if not again:
            return DIED
        died_at = now


def _run(command: list[str]) -> tuple[int, int]:
    """Run the supervisor to its end; returns how it ended, and which process it was."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, pass_on)
    return process.wait(), process.pid


def _was_up(lock: Path, pid: int) -> bool:
    """Whether that process ever said that its crew stands."""
    try:
        said = json.loads(lock.read_text(encoding="utf-8"))
        return bool(said["pid"] == pid and said["up"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _last_words(log: Path, offset: int) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(offset, file.seek(0, os.SEEK_END) - WORDS))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def kill_for_good(lock: Path) -> None:
    """End a supervisor at once, and the parent that would start it again; the last resort."""
    try:
        said = json.loads(lock.read_text(encoding="utf-8"))
        parent, pid = int(said["parent"]), int(said["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if is_keeper(parent):
        os.kill(parent, signal.SIGKILL)
    if pid > 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_keeper(pid: int) -> bool:
    """Whether the process is such a parent."""
    words = ["ps", "-o", "command=", "-p", str(pid)]
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        command = subprocess.run(words, capture_output=True, check=False).stdout
    return b"crewtui.core.service.keeper" in command


def _write_down(path: Path, code: int, words: str, again: bool) -> None:
    how = f"exit code {code}" if code > 0 else f"signal {-code}"
    if code < 0:
        how = signal.strsignal(-code) or how
        how = f"{how.lower()}, signal {-code}"
    facts = {"at": time.time(), "how": how, "words": words, "again": again}  # noqa: TID251
    hidden = path.with_name(f".{path.name}.tmp")
    try:
        descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(facts, file)
        hidden.replace(path)
    except OSError:
        return  # no disk to write on: the supervisor is started again all the same


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sys.exit(main(sys.argv[1:]))
