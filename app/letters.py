"""Reading a message, and what a person does with one: retry, edit, route, purge, mark as read."""

from collections.abc import Awaitable
from typing import Any, Protocol

from crewtui.app import requests
from crewtui.app.screens.dialogs import ChooseScreen, ComposeScreen, ConfirmScreen
from crewtui.app.screens.reading import MessageScreen
from crewtui.core.client.connection import CrewConnection
from crewtui.core.model.crew_state import dead_letters
from crewtui.core.model.errors import CrewtuiError


class Desk(Protocol):
    """The application, as far as letters need it."""

    crew: CrewConnection

    def ask(self, request: Awaitable[str]) -> Any:
        """Send a request and say in words what came of it."""
        ...

    def notify(self, message: str, *, severity: Any = ..., markup: bool = ...) -> Any:
        """Say something."""
        ...

    def push_screen_wait(self, screen: Any) -> Any:
        """Show a dialog and wait for its result."""
        ...

    def run_worker(self, work: Any, *, group: str = ...) -> Any:
        """Do this beside everything else."""
        ...


class Letters:
    """One message at a time, through the dialogs that it takes."""

    def __init__(self, app: Desk):
        self._app = app

    def read(self, message: str) -> None:
        """Show one message, and do what is asked there."""
        self._app.run_worker(self._read(message), group="request")

    def act(self, message: str, what: str) -> None:
        """Do what is asked for a message, after asking for what is missing."""
        self._app.run_worker(self._act(message, what), group="request")

    async def _read(self, message: str) -> None:
        try:
            details = await self._app.crew.request("message.show", message=message)
        except CrewtuiError as error:
            self._app.notify(error.what, severity="warning", markup=False)
            return
        what = await self._app.push_screen_wait(MessageScreen(details))
        if what:
            await self._act(message, what)

    async def _act(self, message: str, what: str) -> None:
        app = self._app
        if what == "retry_all":
            ids = [letter.id for letter in reversed(dead_letters(app.crew.state))]
            app.ask(requests.redrive_all(app.crew, ids))
        elif what == "retry":
            app.ask(requests.redrive(app.crew, message))
        elif what == "read":
            app.ask(requests.read(app.crew, message))
        elif what == "route":
            names = list(app.crew.state.agents)
            to = await app.push_screen_wait(ChooseScreen("send it to", names))
            if to:
                app.ask(requests.redrive(app.crew, message, recipient=to))
        elif what == "edit":
            await self._edit(message)
        elif what == "purge" and await app.push_screen_wait(
            ConfirmScreen("Give up 1 dead letter? Its file is kept for 7 days.")
        ):
            app.ask(requests.purge(app.crew, message))

    async def _edit(self, message: str) -> None:
        details = await self._app.crew.request("message.show", message=message)
        view = details["message"]
        draft = await self._app.push_screen_wait(
            ComposeScreen(view["recipient"], view["topic"], details["body"], fixed=True)
        )
        if draft is not None:
            self._app.ask(requests.redrive(self._app.crew, message, body=draft.body))
