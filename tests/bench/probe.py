"""What a benchmark looks with: a dashboard in a pty, CPU seconds of a process."""

import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import termios
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class Dashboard:
    """A real program in a pseudo-terminal of 200x50 whose output can be waited for."""

    def __init__(self, words: list[str], cwd: Path):
        self.began = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(sys.executable, [sys.executable, *words])
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))

    def wait_for(self, text: bytes, limit_s: float = 20.0) -> float:
        """Read until the text was drawn; returns the moment."""
        seen = b""
        deadline = time.perf_counter() + limit_s
        while time.perf_counter() < deadline:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if ready:
                seen = (seen + os.read(self.master, 1 << 20))[-(1 << 20) :]
                if text in seen:
                    return time.perf_counter()
        raise TimeoutError(f"{text!r} was never drawn")

    def drain(self, seconds: float) -> None:
        """Read and forget, as a terminal would."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            ready, _, _ = select.select([self.master], [], [], left)
            if ready:
                os.read(self.master, 1 << 20)

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.master)


def cpu_s(*pids: int) -> float:
    """User and system seconds of these processes so far, their ended children included."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])
    return total / TICK


def share(dashboard: Dashboard, seconds: float, *pids: int) -> float:
    """CPU of the processes over some time, in percent of one core."""
    before, began = cpu_s(*pids), time.perf_counter()
    dashboard.drain(seconds)
    return 100 * (cpu_s(*pids) - before) / (time.perf_counter() - began)


def percentile(values: list[float], share_: float) -> float:
    """The value below which this share of the values lies."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(share_ * 100) - 1]


def resident_kib(pid: int) -> int:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
