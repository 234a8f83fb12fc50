"""Run one command of a validation or a check: no shell, a clean environment, limits on all."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.supervision.exits import start_mark

MOST_OUTPUT = 1024 * 1024
"""So many bytes of a command's output are kept."""
KILL_S = 3.0
"""How long a group has after SIGTERM, in seconds."""
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "USER", "SHELL", "TZ")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended; ``code`` is none where it could not be started or was killed."""

    code: int | None
    seconds: float
    timed_out: bool
    output: bytes

    @property
    def passed(self) -> bool:
        """Whether it ended with 0 in time."""
        return self.code == 0 and not self.timed_out

    @property
    def exit(self) -> str:
        """The end in words."""
        if self.timed_out:
            return f"no end after {self.seconds:.0f} s"
        return "not started" if self.code is None else f"exit {self.code}"


def clean_environment(tmp: Path, **more: str) -> dict[str, str]:
    """Only what a command needs; no token, key or secret of the supervisor's."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    fixed = {"TERM": "dumb", "TMPDIR": str(tmp), "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | fixed | more


async def run_command(
    argv: tuple[str, ...], cwd: Path, timeout_s: float, env: dict[str, str], pid_file: Path | None
) -> Ran:
    """Run it in a process group of its own, which is killed when time is up or we are cancelled."""
    began = time.monotonic()
    ours, theirs = os.pipe()  # a pipe of asyncio's would be waited for: a child left may hold it
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=theirs,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        os.close(ours)
        return Ran(None, 0.0, False, f"cannot run {argv[0]}: {error}\n".encode())
    finally:
        os.close(theirs)
    if pid_file is not None:
        said = f"{process.pid} {start_mark(process.pid)}"
        await asyncio.to_thread(pid_file.write_text, said)
    reading = asyncio.ensure_future(_read(ours))
    timed_out = False
    try:
        async with asyncio.timeout(timeout_s):
            await process.wait()
    except TimeoutError:
        timed_out = True
    finally:
        await _end(process)
        if pid_file is not None:
            await asyncio.to_thread(pid_file.unlink, missing_ok=True)
    output = await reading
    if timed_out:
        output += f"\ncrewtui: ended after {timeout_s:g} s\n".encode()
    return Ran(process.returncode, time.monotonic() - began, timed_out, output)


async def _read(end: int) -> bytes:
    """What comes out of the pipe until everybody has closed it, cut."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    pipe = os.fdopen(end, "rb", 0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
    found = bytearray()
    try:
        while chunk := await reader.read(65536):
            room = MOST_OUTPUT - len(found)
            found += chunk[:room] if room > 0 else b""
    finally:
        transport.close()
    return bytes(found) + (b"\n... cut here\n" if len(found) >= MOST_OUTPUT else b"")


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the whole group: what the command left behind as well."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(TimeoutError):
        async with asyncio.timeout(KILL_S):
            await process.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def end_left_over(pid_file: Path) -> bool:
    """Kill the group that a supervisor that is gone left running; whether there was one."""
    try:
        pid, _, mark = pid_file.read_text().partition(" ")
    except OSError:
        return False
    pid_file.unlink(missing_ok=True)
    if not pid.isdigit() or not mark or start_mark(int(pid)) != mark:
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(int(pid), signal.SIGKILL)
    return True
