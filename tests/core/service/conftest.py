"""Doors of a crew, in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.doors import Doors, doors


@pytest_asyncio.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doors]:
    """Open doors, closed again after the test."""
    async with doors(tmp_path / "proj") as found:
        yield found
