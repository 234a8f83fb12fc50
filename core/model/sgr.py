"""A captured line as runs of text, each in one look: the only parser of SGR sequences. Pure.

Everything else that begins with ESC is dropped: what a pane printed reaches nobody as a sequence.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

ESCAPE = re.compile(
    "\x1b\\[([0-9;:]*)m"  # a look
    "|\x1b\\[[0-?]*[ -/]*[@-~]"  # any other control sequence
    "|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)"  # a title, a link
    "|\x1b.?"
    "|([\x0e\x0f])"  # to line drawing and back
)
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 8: "conceal", 9: "strike"}
_ON[21] = "underline"
_OFF = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",)}
_OFF |= {28: ("conceal",), 29: ("strike",)}
_FRONT, _BACK, _UNDERLINE = 38, 48, 58
_COLOURS = (_FRONT, _BACK, _UNDERLINE)
"""The codes that are followed by a colour; that of an underline is not shown."""

Colour = int | tuple[int, int, int] | None
"""One of the 256, or red, green and blue, or the terminal's own."""


class Look(NamedTuple):
    """How a run of text is drawn; a tuple, since it is looked up for each run."""

    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    conceal: bool = False
    strike: bool = False
    colour: Colour = None
    background: Colour = None


PLAIN = Look()


class Run(NamedTuple):
    """Text in one look; ``drawing`` is text of the line drawing set."""

    text: str
    look: Look
    drawing: bool = False


def without_escapes(line: str) -> str:
    """The line's text alone."""
    return ESCAPE.sub("", line)


def runs(line: str) -> Iterator[Run]:
    """The line's text, a run for each stretch between two sequences; none is empty."""
    look, drawing, at = PLAIN, False, 0
    for found in ESCAPE.finditer(line):
        if found.start() > at:
            yield Run(line[at : found.start()], look, drawing)
        at = found.end()
        if found.group(1) is not None:
            look = after(look, found.group(1))
        elif found.group(2) is not None:
            drawing = found.group(2) == "\x0e"
    if at < len(line):
        yield Run(line[at:], look, drawing)


@lru_cache(maxsize=4096)
def after(look: Look, parameters: str) -> Look:
    """The look that follows when a sequence's parameters are applied to the one before."""
    codes = _codes(parameters)
    index = 0
    while index < len(codes):
        code = codes[index]
        index += 1
        if code in _COLOURS:
            colour, used = _long_colour(codes[index:])
            index += used
            if colour is not None:
                look = _coloured(look, code, colour)
        else:
            look = _after_one(look, code)
    return look


def _after_one(look: Look, code: int) -> Look:
    if code == 0:
        return PLAIN
    if code in _ON:
        return look._replace(**{_ON[code]: True})
    if code in _OFF:
        return look._replace(**dict.fromkeys(_OFF[code], False))
    if code == 39:
        return look._replace(colour=None)
    if code == 49:
        return look._replace(background=None)
    for which, dark, bright in ((_FRONT, 30, 90), (_BACK, 40, 100)):
        if dark <= code < dark + 8:
            return _coloured(look, which, code - dark)
        if bright <= code < bright + 8:
            return _coloured(look, which, code - bright + 8)
    return look


def _coloured(look: Look, which: int, colour: Colour) -> Look:
    if which == _UNDERLINE:
        return look
    return look._replace(colour=colour) if which == _FRONT else look._replace(background=colour)


def _codes(parameters: str) -> list[int]:
    """Parameters as numbers.

    A parameter's own parts are part of it: ``4:3`` is an underline and says nothing of dim,
    ``4:0`` ends one, ``38:2::r:g:b`` is a colour with or without its space's number.
    """
    codes: list[int] = []
    for word in parameters.split(";"):
        first, *rest = word.split(":")
        code = _number(first)
        if not rest:
            codes.append(code)
        elif code in _COLOURS:
            if rest[0] == "2" and len(rest) > 4:
                del rest[1]
            codes += [code, *(_number(part) for part in rest)]
        elif code == 4:
            codes.append(24 if rest[0] == "0" else 4)
    return codes


def _number(text: str) -> int:
    return int(text[:6]) if text else 0


def _long_colour(rest: list[int]) -> tuple[Colour, int]:
    """The colour that the numbers begin with, and how many of them it took."""
    if rest[:1] == [5] and len(rest) >= 2:
        return min(rest[1], 255), 2
    if rest[:1] == [2] and len(rest) >= 4:
        red, green, blue = (min(value, 255) for value in rest[1:4])
        return (red, green, blue), 4
    return None, len(rest)
