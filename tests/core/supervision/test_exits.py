"""The end of a process is noticed, whatever there is to notice it with."""

import asyncio
import errno
import os
import subprocess

import pytest

from crewtui.core.supervision.exits import wait_gone


async def test_an_end_is_noticed_though_no_descriptor_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left(_pid: int) -> int:
        raise OSError(errno.EMFILE, "none left")

    monkeypatch.setattr(os, "pidfd_open", none_left)
    with subprocess.Popen(["sleep", "60"]) as process:
        noticed = asyncio.ensure_future(wait_gone(process.pid))
        await asyncio.sleep(0)
        assert not noticed.done()
        process.kill()
        async with asyncio.timeout(5):
            await noticed
