"""When a limit ends."""

from datetime import UTC, datetime

import pytest

from crewtui.core.agents.clock import seconds_until

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("3pm", 3 * 3600),
        ("3:05 PM", 3 * 3600 + 300),
        ("15:00", 3 * 3600),
        ("11am (UTC)", 23 * 3600),
        ("12am", 12 * 3600),
        ("in a while", None),
        ("25:00", None),
        ("7", None),
    ],
)
def test_the_next_such_time_of_day(said: str, seconds: float | None) -> None:
    assert seconds_until(said, NOON) == seconds
