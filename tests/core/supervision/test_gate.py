"""Starts are spaced, and few are starting at once."""

import asyncio
import itertools

from crewtui.core.supervision.gate import AT_ONCE, SPACING_S, StartGate

ROUNDED_S = 0.005
"""A timer of the loop may fire so much early, in seconds."""


def test_starts_are_300_ms_apart_and_at_most_two_are_starting() -> None:
    assert (SPACING_S, AT_ONCE) == (0.3, 2)

    async def story() -> tuple[list[float], int]:
        gate, began, inside, most = StartGate(0.05), [], 0, 0
        loop = asyncio.get_running_loop()

        async def start() -> None:
            nonlocal inside, most
            async with gate.slot():
                began.append(loop.time())
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.12)
                inside -= 1

        async with asyncio.TaskGroup() as tasks:
            for _ in range(8):
                tasks.create_task(start())
        return began, most

    began, most = asyncio.run(story())
    gaps = [after - before for before, after in itertools.pairwise(began)]
    assert min(gaps) >= 0.05 - ROUNDED_S
    assert most == AT_ONCE
