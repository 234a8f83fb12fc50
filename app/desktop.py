"""Call the person: the terminal's bell, and a desktop notification where the terminal has them."""

from typing import Any

from textual.app import App

from crewtui.core.model.text import one_line

OSC_NOTIFY = "\x1b]9;{}\x07"


def announce(app: App[Any], text: str) -> None:
    """Ring, and notify with OSC 9; the text is cleaned of everything that a terminal obeys."""
    app.bell()
    driver = app._driver  # Textual has no public way to write a sequence of one's own
    if driver is not None and not app.is_headless:
        driver.write(OSC_NOTIFY.format(one_line(f"crewtui: {text}", 120)))
