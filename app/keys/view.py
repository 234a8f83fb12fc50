"""Keys about the dashboard itself: panels, filter, theme, help; and what a chosen row leads to."""

from typing import ClassVar

from crewtui.app.keys.key import Dashboard, Key, KeyGroup
from crewtui.app.keys.panes import PaneKeys
from crewtui.app.panels import PANELS
from crewtui.app.screens.reading import HelpScreen
from crewtui.widgets.pane_grid import PaneGrid


class ViewKeys(KeyGroup):
    """Moves about in the dashboard; asks nothing of the supervisor."""

    NAME = "view"
    KEYS = (
        Key("slash", "filter", "Filter", "Show only rows with a text"),
        Key("T", "next_theme", "Theme", "Next colour theme", False, everywhere=True),
        Key(
            "N",
            "switch_bell",
            "Bell",
            "Bell and desktop notifications on or off",
            False,
            everywhere=True,
        ),
        *(
            Key(panel.key, "panel", panel.title, f"Go to {panel.what}", False, (panel.id,))
            for panel in PANELS
        ),
        Key("escape", "step_back", "Back", "Close the filter, end the zoom", False),
        Key("question_mark", "help", "Help", "Help for the focused panel", everywhere=True),
        Key("q", "leave", "Quit", "Close the dashboard; the crew runs on"),
    )
    WISHES: ClassVar = {}

    def __init__(self, app: Dashboard):
        super().__init__(app)
        self._panes = PaneKeys(app)

    def filter(self) -> None:
        """Filter the focused list."""
        self._app.board.action_open_filter()

    def step_back(self) -> None:
        """Close the filter, or end the zoom."""
        board = self._app.board
        if not board.close_filter() and board.query_one(PaneGrid).zoomed:
            self._panes.zoom()

    def panel(self, panel: str) -> None:
        """Go to a panel."""
        board = self._app.board
        if board.query_one(PaneGrid).zoomed and panel != "centre":
            self._panes.zoom()
        board.show_panel(panel)

    def next_theme(self) -> None:
        """The next of crewtui's own themes."""
        app = self._app
        names = [name for name in app.available_themes if name.startswith("crew-")]
        index = names.index(app.theme) if app.theme in names else -1
        app.theme = names[(index + 1) % len(names)]
        self.say(f"theme: {app.theme.removeprefix('crew-')}")

    def switch_bell(self) -> None:
        """Bell and desktop notifications on or off."""
        self._app.announce = not self._app.announce
        self.say(f"bell and notifications {'on' if self._app.announce else 'off'}")

    def help(self) -> None:
        """Help for the focused panel."""
        board = self._app.board
        text = getattr(board.focused, "HELP", None) or board.HELP
        keys = [key for group in self._app.groups.values() for key in group.KEYS if key.key]
        self._app.push_screen(HelpScreen(text, [(key.name, key.tooltip) for key in keys]))

    def leave(self) -> None:
        """Close the dashboard; the crew runs on."""
        self._app.exit(message="The crew runs on. Back to it: crewtui   End it: crewtui stop")
