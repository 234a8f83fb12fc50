"""A key, the group that it belongs to, and what groups need of the application."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from crewtui.app.screens.crew import CrewScreen
from crewtui.core.client.connection import CrewConnection
from crewtui.core.model.crew_state import CrewState
from crewtui.widgets.wish import Wish


@dataclass(frozen=True, slots=True)
class Key:
    """One key and the method of its group that it calls."""

    key: str
    does: str
    description: str
    tooltip: str
    show: bool = True
    how: tuple[str, ...] = ()
    """What the method is given."""
    everywhere: bool = False
    """Whether it means the same on every screen; others mean the panels of the main screen."""

    @property
    def name(self) -> str:
        """The key as a person reads it."""
        return self.key.replace("slash", "/").replace("question_mark", "?")


class Dashboard(Protocol):
    """The application, as far as keys need it."""

    crew: CrewConnection
    board: CrewScreen
    announce: bool
    theme: Any

    @property
    def groups(self) -> "Mapping[str, KeyGroup]":
        """Every group of keys by its name."""
        ...

    @property
    def screen(self) -> Any:
        """What is in front."""
        ...

    @property
    def screen_stack(self) -> list[Any]:
        """Every open screen."""
        ...

    @property
    def available_themes(self) -> Mapping[str, Any]:
        """Every theme by its name."""
        ...

    def ask(self, request: Awaitable[str]) -> Any:
        """Send a request and say in words what came of it."""
        ...

    def notify(self, message: str, *, severity: Any = ..., markup: bool = ...) -> Any:
        """Say something."""
        ...

    def push_screen(self, screen: Any, callback: Any = None) -> Any:
        """Show a screen."""
        ...

    def push_screen_wait(self, screen: Any) -> Any:
        """Show a dialog and wait for its result."""
        ...

    def run_worker(self, work: Any, *, group: str = ..., exclusive: bool = ...) -> Any:
        """Do this beside everything else."""
        ...

    def suspend(self) -> Any:
        """Leave the terminal to another program for a while."""
        ...

    def exit(self, *, message: Any = ...) -> Any:
        """End."""
        ...


class KeyGroup:
    """Keys that act on one kind of thing, and what widgets wish of it."""

    NAME: ClassVar[str]
    KEYS: ClassVar[tuple[Key, ...]] = ()
    WISHES: ClassVar[Mapping[type[Wish], str]] = {}
    """The method that fulfils each wish; it is given the wish."""

    def __init__(self, app: Dashboard):
        self._app = app

    def follow(self, state: CrewState) -> None:
        """The crew changed: what this group has opened is brought up to date."""

    def say(self, what: str, *, warn: bool = False) -> None:
        """Tell the person, in a word that no markup is read from."""
        severity = "warning" if warn else "information"
        self._app.notify(what, severity=severity, markup=False)
