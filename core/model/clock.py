"""Time as a value that is passed in: monotonic for durations, wall for what a person reads."""

import time
from typing import Protocol


class Clock(Protocol):
    """Both clocks, in seconds."""

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    def wall(self) -> float:
        """UTC seconds since the epoch."""
        ...


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps."""
        return time.monotonic()

    def wall(self) -> float:
        """UTC seconds since the epoch."""
        return time.time()  # noqa: TID251 - the one place that reads the wall clock
