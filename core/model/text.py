"""Text from outside: what is dropped before it is kept, what is made visible before it is shown.

Dropping goes by character class after decoding, never by matching escape sequences: nested
sequences would rebuild themselves from what is left.
"""

import re
import unicodedata

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile("\r\n?")
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without C0 controls (newline and tab stay), DEL and C1; CR becomes newline."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", _LINE_ENDS.sub("\n", text)))


def one_line(text: str, limit: int = 200) -> str:
    """The text cleaned and on one line, cut to ``limit`` characters with an ellipsis."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def visible(text: str) -> str:
    """The text with invisible and direction-changing characters written as ``\\uXXXX``."""
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found.group()):04x}", clean(text))


def letters(text: str) -> str:
    """Only the letters and digits, so that wrapping, borders and blanks do not matter."""
    return "".join(character for character in text if character.isalnum())


def essence(text: str) -> str:
    """What of a text stays whatever a terminal makes of it: no marks, joiners, emoji or blanks.

    Terminals drop, join and reorder characters of no width; letters, digits and punctuation stay.
    """
    kept = []
    for character in unicodedata.normalize("NFKD", text):
        kind = unicodedata.category(character)
        plain = kind[0] in "LNP" or kind in ("Sm", "Sc") or "!" <= character <= "~"
        if plain:
            kept.append(character)
    return "".join(kept)
