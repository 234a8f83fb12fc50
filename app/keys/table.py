"""Every key of the main screen: the one table from which footer, help and palette come."""

from collections.abc import Iterator

from textual.binding import Binding

from crewtui.app.keys.agents import AgentKeys
from crewtui.app.keys.key import Key, KeyGroup
from crewtui.app.keys.mail import MailKeys
from crewtui.app.keys.panes import PaneKeys
from crewtui.app.keys.questions import QuestionKeys
from crewtui.app.keys.rows import RowKeys
from crewtui.app.keys.view import ViewKeys
from crewtui.app.keys.work import WorkKeys

GROUPS: tuple[type[KeyGroup], ...] = (
    QuestionKeys,
    MailKeys,
    WorkKeys,
    PaneKeys,
    AgentKeys,
    RowKeys,
    ViewKeys,
)


def keys() -> Iterator[tuple[str, Key]]:
    """Every key with the name of its group, in the order of footer and palette."""
    for group in GROUPS:
        for key in group.KEYS:
            yield group.NAME, key


def action_of(group: str, key: Key) -> str:
    """What Textual runs when the key is pressed."""
    words = ", ".join(repr(word) for word in (group, key.does, *key.how))
    return f"press({words})"


def bindings() -> list[Binding]:
    """The table as Textual takes it; what has no key stands in the palette alone."""
    return [
        Binding(
            key.key,
            action_of(group, key),
            key.description,
            show=key.show,
            id=".".join(("crew", group, key.does, *key.how)),
            tooltip=key.tooltip,
        )
        for group, key in keys()
        if key.key
    ]


EVERYWHERE = frozenset((group, key.does) for group, key in keys() if key.everywhere)
"""What means the same on every screen."""
