"""What a pane showed when its program ended: pure."""

from crewtui.core.agents.draft import plain_lines
from crewtui.core.model.screen import Screen
from crewtui.core.model.text import one_line

LAST_LINES = 30
"""So many lines of the last screen are looked at for the cause of an end."""


def last_words(screen: Screen | None) -> tuple[str, str]:
    """What the launcher said of a failed start, if it did, and the last lines of the screen."""
    lines = [line for line in plain_lines(screen) if line] if screen else []
    said = [line for line in lines if line.startswith("crewtui: ")]
    line = one_line(said[-1].removeprefix("crewtui: ")) if said else ""
    return line, "\n".join(lines[-LAST_LINES:])
