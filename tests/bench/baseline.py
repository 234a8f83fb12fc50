"""The baseline dashboard: polls every pane through libtmux and parses with ``Text.from_ansi``."""

import sys
from typing import ClassVar

import libtmux
from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import Grid
from textual.widgets import Static


class Polling(App[None]):
    """One ``Static`` a pane, drawn anew ten times a second."""

    CSS: ClassVar[str] = "Grid { grid-size: 4; } Static { border: round green; height: 12; }"

    def compose(self) -> ComposeResult:
        """As many panes as there are."""
        server = libtmux.Server(socket_name=sys.argv[1], config_file="/dev/null")
        self.panes = [pane for pane in server.panes if "hub" not in (pane.session_name or "")]
        with Grid():
            for _ in self.panes:
                yield Static(markup=False)

    def on_mount(self) -> None:
        """Begin to poll."""
        self.set_interval(0.1, self.poll)

    def poll(self) -> None:
        """Capture and draw every pane."""
        for pane, static in zip(self.panes, self.query(Static), strict=True):
            lines = pane.cmd("capture-pane", "-p", "-e").stdout
            static.update(Text.from_ansi("\n".join(lines)))


if __name__ == "__main__":
    Polling().run()
