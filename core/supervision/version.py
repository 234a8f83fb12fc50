"""Which version of its program an agent runs: asked beside the start, within a time limit."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from crewtui.core.agents.adapter import Adapter

LIMIT_S = 20.0
"""A program may take so long to say its version, in seconds: some load all of themselves first."""
READ_LIMIT = 4096
_known: dict[tuple[str, int], str] = {}


async def version_of(command: tuple[str, ...], adapter: Adapter, env: Mapping[str, str]) -> str:
    """What the program says of its version; empty if it is not known or says none in time.

    A wrapper around the program is not asked: only one of the adapter's own programs is.
    """
    if not adapter.tried or Path(command[0]).name not in adapter.programs:
        return ""
    path = shutil.which(command[0], path=env.get("PATH", os.environ.get("PATH", os.defpath)))
    if path is None:
        return ""
    key = await asyncio.to_thread(_key, path)
    if key not in _known:
        said = adapter.version.search(await _said(path, adapter.version_arguments, env))
        _known[key] = said.group() if said else ""
    return _known[key]


def _key(path: str) -> tuple[str, int]:
    """One program file as it is now: an update in its place is asked again."""
    found = Path(path).resolve()
    return str(found), found.stat().st_mtime_ns


async def _said(path: str, arguments: tuple[str, ...], env: Mapping[str, str]) -> str:
    """The beginning of what it prints; it is killed when time is up."""
    try:
        process = await asyncio.create_subprocess_exec(
            path,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, **env},
            cwd="/",
        )
    except OSError:
        return ""
    assert process.stdout is not None
    out = b""
    try:
        async with asyncio.timeout(LIMIT_S):
            out = await process.stdout.read(READ_LIMIT)
            await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return out.decode(errors="replace")
