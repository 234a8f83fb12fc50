"""What was left in a folder is taken, also where the machine could not read it at first."""

import asyncio
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.service.spool import SignalSpool


async def test_a_file_that_could_not_be_opened_for_a_moment_is_taken_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "a" / "1.json"
    left.parent.mkdir()
    left.write_text(json.dumps({"name": "request", "token": "t", "data": "kept"}))
    taken: asyncio.Queue[Any] = asyncio.Queue()
    opened, refusals = os.open, 2

    async def take(_agent: str, _token: Any, _name: str, data: Any) -> None:
        taken.put_nowait(data)

    def at_first_refused(path: Any, *how: Any, **more: Any) -> int:
        nonlocal refusals
        if Path(path) == left and refusals:
            refusals -= 1
            raise OSError(errno.EMFILE, "no descriptor is left")
        return opened(path, *how, **more)

    monkeypatch.setattr(os, "open", at_first_refused)
    boundary: Any = None  # nothing fails for good
    spool = SignalSpool(tmp_path, take, boundary, quick=True)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(spool.run())
        assert await taken.get() == "kept"
        running.cancel()
    assert not left.exists()
