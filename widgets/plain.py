"""The only door for text from outside into a widget: never markup, nothing the terminal obeys."""

from rich.cells import cell_len
from textual.content import Content

from crewtui.core.model.text import visible


def plain(text: str) -> Content:
    """The text to the letter, on one line: control characters dropped, tricks made visible."""
    return Content(visible(text).replace("\n", " ").replace("\t", " "))


def plain_block(text: str) -> Content:
    """The same for a text of several lines."""
    return Content(visible(text).expandtabs(4))


def styled(*parts: tuple[str, str]) -> Content:
    """Plain texts one after the other, each with a style of the theme (``$state-bad``)."""
    return Content("").join(
        plain(text).stylize(style) if style else plain(text) for text, style in parts
    )


def fitted(text: str, width: int) -> str:
    """The text cut or padded to exactly ``width`` cells."""
    text = visible(text).replace("\n", " ")
    if cell_len(text) > width:
        while cell_len(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - cell_len(text))
