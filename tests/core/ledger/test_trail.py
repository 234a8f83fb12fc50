"""The trail follows the ledger whatever the disk does to a write."""

import errno
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.ledger.trail import Trail, trail_files
from crewtui.core.model.clock import SystemClock


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """Five events."""
    path = tmp_path / "ledger.db"
    open_or_rebuild(path, "now")
    async with Ledger(path, SystemClock()) as found:
        for number in range(5):
            await found.event("told", text=f"event {number}")
        yield found


@pytest.mark.parametrize("torn", [0, 10])
async def test_an_event_stands_once_though_the_write_of_the_third_failed(
    torn: int, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail, write, calls = Trail(tmp_path), os.write, 0

    def fails_once(descriptor: int, data: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls == 3 and torn:
            return write(descriptor, data[:torn])
        if calls == 3:
            raise OSError(errno.EIO, "the disk is ill")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", fails_once)
    with pytest.raises(OSError, match=r"ill|space"):
        await trail.follow(ledger)
    await trail.follow(ledger)
    lines = [line for path in trail_files(tmp_path) for line in path.read_text().splitlines()]
    assert [json.loads(line)["text"] for line in lines] == [f"event {n}" for n in range(5)]
