"""Looks into the ledger while the crew runs: a damaged page is found before it is needed."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

EVERY_S = 20.0
"""How often the whole file is read, in seconds; a million events take 0.3 s."""
SHARE = 0.02
"""At most this part of one core's time goes into it."""


async def watch_ledger(path: Path, on_damage: Callable[[str], None]) -> None:
    """Look for ever; ``on_damage`` is told what is wrong, once."""
    pause = EVERY_S
    while True:
        await asyncio.sleep(pause)
        began = time.perf_counter()
        problem = await asyncio.to_thread(damage_of, path)
        if problem:
            on_damage(problem)
            return
        pause = max(EVERY_S, (time.perf_counter() - began) / SHARE)


def damage_of(path: Path) -> str:
    """What is wrong with the file; empty if nothing is, or if it cannot be read now."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            return "" if found == "ok" else found
    except sqlite3.OperationalError:
        return ""  # locked, or gone: somebody else looks after that
    except sqlite3.DatabaseError as error:
        return str(error)
