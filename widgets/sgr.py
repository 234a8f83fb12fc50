"""A captured line with its SGR sequences, as segments: pure, cached by line.

Everything but SGR is dropped: what a pane printed never reaches the terminal as a sequence.
"""

import re
from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from crewtui.core.model.text import clean

_TOKEN = re.compile("\x1b\\[([0-9;:]*)m|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b.?|([\x0e\x0f])")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ACS = str.maketrans("`afgjklmnopqrstuvwxyz{|}~", "◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·")
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 8: "conceal", 9: "strike"}
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",)}
_OFF |= {28: ("conceal",), 29: ("strike",)}

Attributes = dict[str, object]


@lru_cache(maxsize=8192)
def segments_of(line: str) -> tuple[Segment, ...]:
    """The line's text in its colours."""
    found: list[Segment] = []
    attributes: Attributes = {}
    style = Style.null()
    drawing = False
    at = 0
    for token in _TOKEN.finditer(line):
        _add(found, line[at : token.start()], style, drawing)
        at = token.end()
        if token.group(2) is not None:
            drawing = token.group(2) == "\x0e"
        elif token.group(1) is not None:
            _apply(attributes, token.group(1))
            style = _style(tuple(sorted(attributes.items(), key=lambda item: item[0])))
    _add(found, line[at:], style, drawing)
    return tuple(found)


def _add(found: list[Segment], text: str, style: Style, drawing: bool) -> None:
    text = _DIRECTION.sub("", clean(text))
    if text:
        found.append(Segment(text.translate(_ACS) if drawing else text, style))


@lru_cache(maxsize=4096)
def _style(attributes: tuple[tuple[str, object], ...]) -> Style:
    return Style(**dict(attributes))  # type: ignore[arg-type]  # keys come from the tables above


def _apply(attributes: Attributes, parameters: str) -> None:
    codes = _codes(parameters)
    index = 0
    while index < len(codes):
        code = codes[index]
        index += 1
        if code == 0:
            attributes.clear()
        elif code in _ON:
            attributes[_ON[code]] = True
        elif code in _OFF:
            for name in _OFF[code]:
                attributes.pop(name, None)
        elif code in (38, 48):
            color, used = _long_color(codes[index:])
            index += used
            if color is not None:
                attributes["color" if code == 38 else "bgcolor"] = color
        elif code == 39:
            attributes.pop("color", None)
        elif code == 49:
            attributes.pop("bgcolor", None)
        else:
            _short_color(attributes, code)


def _codes(parameters: str) -> list[int]:
    """Parameters as numbers; ``4:3`` is an underline, ``4:0`` is none, ``38:2::r:g:b`` a colour."""
    codes: list[int] = []
    for word in parameters.split(";"):
        parts = [int(part) for part in word.split(":") if part]
        if parts[:1] == [4] and len(parts) > 1:
            codes.append(24 if parts[1] == 0 else 4)
        else:
            codes += parts or [0]
    return codes


def _long_color(rest: list[int]) -> tuple[Color | None, int]:
    if rest[:1] == [5] and len(rest) >= 2:
        return Color.from_ansi(min(rest[1], 255)), 2
    if rest[:1] == [2] and len(rest) >= 4:
        red, green, blue = (min(value, 255) for value in rest[1:4])
        return Color.from_rgb(red, green, blue), 4
    return None, len(rest)


def _short_color(attributes: Attributes, code: int) -> None:
    for name, dark, bright in (("color", 30, 90), ("bgcolor", 40, 100)):
        if dark <= code < dark + 8:
            attributes[name] = Color.from_ansi(code - dark)
        elif bright <= code < bright + 8:
            attributes[name] = Color.from_ansi(code - bright + 8)
