"""A panel that is a list: rows with a key each, changed rows drawn again, an empty state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from crewtui.core.model.attention import Need
from crewtui.core.model.crew_state import CrewState
from crewtui.widgets.wish import Wish


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what identifies it, what it shows, and the words a filter looks at."""

    key: str
    content: Content

    @property
    def words(self) -> str:
        """The row's text in small letters."""
        return self.content.plain.lower()


@dataclass(frozen=True, slots=True)
class Shown:
    """What panels show: the crew, what needs the person, and the time in UTC seconds."""

    crew: CrewState
    needs: Sequence[Need]
    now: float


class RowList(OptionList):
    """A list of rows; subclasses make the rows and say what would fill an empty list."""

    EMPTY = ""
    TITLE = ""
    MOVES_ON = True
    """Whether another row is highlighted when the highlighted one is gone."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
    ]
    DEFAULT_CSS = """
    RowList {
        border: round $panel-lighten-2;
        border-title-color: $foreground;
        padding: 0;
        height: 1fr;
        background: transparent;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        scrollbar-size-vertical: 1;
        &:focus { border: round $primary; }
        &.-empty { text-wrap: wrap; }
        & > .option-list--option { padding: 0; }
        & > .option-list--option-disabled { color: $text-muted; }
    }
    """

    @dataclass
    class Chosen(Wish):
        """Enter or a click on a row."""

        list: "RowList"
        key: str

    @dataclass
    class Moved(Message):
        """Another row is highlighted."""

        list: "RowList"
        key: str

    def __init__(self, *, id: str, classes: str = ""):  # noqa: A002 - Textual's name for it
        super().__init__(id=id, classes=classes, markup=False)
        self.rows: list[Row] = []
        self._shown: list[Row] | None = None
        self.filter_text = ""
        self.error = ""

    def on_mount(self) -> None:
        """Show the empty state, unless there are rows already."""
        self._shown = None
        self.set_rows(self.rows)

    def rows_of(self, shown: Shown) -> list[Row]:
        """The panel's rows for that state; a panel of the main screen says which."""
        return self.rows

    def show(self, shown: Shown) -> None:
        """Show a state; rows that did not change are not drawn again."""
        self.set_rows(self.rows_of(shown))

    @property
    def key(self) -> str | None:
        """The highlighted row's key."""
        if self.highlighted is None or not self._shown or self.highlighted >= len(self._shown):
            return None
        return self._shown[self.highlighted].key

    def set_rows(self, rows: Sequence[Row], title: Content | None = None) -> None:
        """Show these rows; only what differs is drawn again, the highlight stays on its key."""
        self.rows = list(rows)
        wanted = [row for row in self.rows if self.filter_text.lower() in row.words]
        if title is None:
            title = Content(f"{self.TITLE} {len(rows)}" if rows else self.TITLE)
        if self.filter_text:
            title = Content.assemble(title, Content(f"  /{self.filter_text}"))
        self.border_title = title
        if wanted == self._shown:
            return
        shown = self._shown or []
        if wanted and [row.key for row in wanted] == [row.key for row in shown]:
            for index, (new, old) in enumerate(zip(wanted, shown, strict=True)):
                if new != old:
                    self.replace_option_prompt_at_index(index, new.content)
            self._shown = wanted
            return
        key = self.key
        self._shown = wanted
        self.set_class(not wanted, "-empty")
        self.clear_options()
        if not wanted:
            text = f"nothing matches “{self.filter_text}”" if self.filter_text else self.EMPTY
            self.add_option(Option(Content(self.error or text), disabled=True))
            return
        self.add_options([Option(row.content) for row in wanted])
        keys = [row.key for row in wanted]
        first = 0 if self.has_focus and self.MOVES_ON else None
        self.highlighted = keys.index(key) if key in keys else first

    def point_at(self, key: str) -> None:
        """Highlight the row with that key, if it is shown."""
        for index, row in enumerate(self._shown or []):
            if row.key == key:
                self.highlighted = index

    def set_filter(self, text: str) -> None:
        """Show only rows with this text."""
        self.filter_text = text
        self._shown = None
        self.set_rows(self.rows)

    def on_focus(self) -> None:
        """A focused list has a highlighted row."""
        if self.highlighted is None and self._shown:
            self.highlighted = 0

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Pass on which row it is."""
        event.stop()
        if self.key is not None and self.has_focus:
            self.post_message(self.Moved(self, self.key))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Pass on which row it is."""
        event.stop()
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))
