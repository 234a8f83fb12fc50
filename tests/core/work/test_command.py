"""Commands of validations: limits hold for the whole process group, and no secret gets in."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crewtui.core.supervision.exits import start_mark
from crewtui.core.work.command import MOST_OUTPUT, clean_environment, end_left_over, run_command


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie that nobody has collected yet."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def until_gone(*pids: int) -> None:
    async with asyncio.timeout(5):
        while any(runs(pid) for pid in pids):
            await asyncio.sleep(0.01)


async def test_a_command_passes_with_exit_0_only(tmp_path: Path) -> None:
    env = clean_environment(tmp_path)
    assert (await run_command(("true",), tmp_path, 10, env, None)).passed
    failed = await run_command(python("print('no'); raise SystemExit(3)"), tmp_path, 10, env, None)
    assert (failed.passed, failed.exit, failed.output) == (False, "exit 3", b"no\n")


async def test_a_program_that_is_not_there_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    ran = await run_command(("no-such-program",), tmp_path, 10, {}, None)
    assert (ran.passed, ran.code) == (False, None)
    assert b"no-such-program" in ran.output


async def test_time_is_up_for_the_whole_group(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '1000'])\n"
        "open('pids', 'w').write(f'{os.getpid()} {child.pid}')\n"
        "time.sleep(1000)\n"
    )
    ran = await run_command(python(code), tmp_path, 1.0, clean_environment(tmp_path), None)
    assert ran.timed_out
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    await until_gone(*pids)


async def test_what_a_command_leaves_running_is_ended_with_it(tmp_path: Path) -> None:
    code = "import subprocess; p = subprocess.Popen(['sleep', '1000']); print(p.pid)"
    ran = await run_command(python(code), tmp_path, 20, clean_environment(tmp_path), None)
    assert ran.passed
    await until_gone(int(ran.output))


async def test_output_is_cut_and_does_not_stop_the_command(tmp_path: Path) -> None:
    code = f"print('x' * {3 * MOST_OUTPUT})"
    ran = await run_command(python(code), tmp_path, 20, clean_environment(tmp_path), None)
    assert ran.passed
    assert len(ran.output) < MOST_OUTPUT + 100
    assert ran.output.endswith(b"cut here\n")


def test_the_environment_has_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREWTUI_TOKEN", "s3cret")
    monkeypatch.setenv("OPENAI_API_KEY", "s3cret")
    env = clean_environment(tmp_path, CREWTUI_TASK="t")
    assert "s3cret" not in env.values()
    assert env["CREWTUI_TASK"] == "t"
    assert env["PATH"] == os.environ["PATH"]


def test_a_group_that_a_dead_supervisor_left_is_killed_and_no_other(tmp_path: Path) -> None:
    left = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    pid_file = tmp_path / "pid"
    pid_file.write_text(f"{left.pid} {start_mark(left.pid)}")
    assert end_left_over(pid_file)
    assert left.wait(10) == -9
    other = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    pid_file.write_text(f"{other.pid} another start")
    assert not end_left_over(pid_file)
    assert other.poll() is None
    other.kill()
    other.wait(10)
