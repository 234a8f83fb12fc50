"""Whose words they are: a program paints its own errors, and not what its model says."""

import re

from crewtui.core.agents.adapter import Cue
from crewtui.core.agents.draft import filled_part, plain_lines
from crewtui.core.model.screen import Screen


def has_colours(cue: Cue, found: re.Match[str], screen: Screen) -> bool:
    """Whether the line that a block's cue met looks as the cue says, if it says so."""
    if cue.raw is None or cue.where != "block":
        return True
    start = found.start("question") if "question" in found.re.groupindex else found.start()
    top, _ = filled_part(plain_lines(screen), cue.within)
    row = top + found.string.count("\n", 0, start)
    return cue.raw.search(screen.lines[row]) is not None
