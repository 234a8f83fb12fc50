"""A captured line as segments in its colours, cached by line."""

import re
from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from crewtui.core.model.sgr import Colour, Look, runs
from crewtui.core.model.text import clean

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ACS = str.maketrans("`afgjklmnopqrstuvwxyz{|}~", "◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")


@lru_cache(maxsize=8192)
def segments_of(line: str) -> tuple[Segment, ...]:
    """The line's text in its colours."""
    found: list[Segment] = []
    for run in runs(line):
        text = _DIRECTION.sub("", clean(run.text))
        if text:
            text = text.translate(_ACS) if run.drawing else text
            found.append(Segment(text, _style(run.look)))
    return tuple(found)


@lru_cache(maxsize=4096)
def _style(look: Look) -> Style:
    """The look as a style; what is off stays unsaid, so that a widget's own look shows through."""
    return Style(
        bold=look.bold or None,
        dim=look.dim or None,
        italic=look.italic or None,
        underline=look.underline or None,
        reverse=look.reverse or None,
        conceal=look.conceal or None,
        strike=look.strike or None,
        color=_color(look.colour),
        bgcolor=_color(look.background),
    )


def _color(colour: Colour) -> Color | None:
    if isinstance(colour, int):
        return Color.from_ansi(colour)
    return Color.from_rgb(*colour) if colour is not None else None
