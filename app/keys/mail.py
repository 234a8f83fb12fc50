"""Reading a message, and what a person does with one: retry, edit, route, purge, mark as read."""

from functools import partial
from typing import Any, ClassVar

from crewtui.app import requests
from crewtui.app.keys.key import Key, KeyGroup
from crewtui.app.screens.dialogs import ChooseScreen, ComposeScreen, ConfirmScreen, Draft
from crewtui.app.screens.reading import MessageScreen
from crewtui.core.model.crew_state import dead_letters
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.rpc.mail import ShowMessage
from crewtui.widgets.letters import LetterList


class MailKeys(KeyGroup):
    """One message at a time, through the dialogs that it takes."""

    NAME = "mail"
    KEYS = (
        Key("m", "write", "Message", "Write to the current agent"),
        Key("b", "broadcast", "Broadcast", "Write to all agents", False),
    )
    WISHES: ClassVar = {LetterList.Asked: "on_asked"}

    def write(self) -> None:
        """Write to the current agent."""
        if self._app.board.current is None:
            self.say("choose an agent first", warn=True)
        else:
            self._compose(self._app.board.current)

    def broadcast(self) -> None:
        """Write to all agents."""
        self._compose("all")

    def _compose(self, to: str) -> None:
        def send(draft: Draft | None) -> None:
            if draft is not None:
                words = (draft.to, draft.topic, draft.body)
                self._app.ask(requests.send(self._app.crew, *words))

        self._app.push_screen(ComposeScreen(to), send)

    def on_asked(self, wish: LetterList.Asked) -> None:
        """Retry, edit, route, purge."""
        self.act(wish.message, wish.what)

    def read(self, message: str) -> None:
        """Show one message, and do what is asked there."""
        self._app.run_worker(partial(self._read, message), group="request")

    def act(self, message: str, what: str) -> None:
        """Do what is asked for a message, after asking for what is missing."""
        self._app.run_worker(partial(self._act, message, what), group="request")

    async def _read(self, message: str) -> None:
        details = await self._details(message)
        if details is None:
            return
        what = await self._app.push_screen_wait(MessageScreen(details))
        if what:
            await self._act(message, what)

    async def _details(self, message: str) -> dict[str, Any] | None:
        """Everything known of a message; what stands in the way is said."""
        try:
            details: dict[str, Any] = await self._app.crew.request(ShowMessage(message=message))
        except CrewtuiError as error:
            self.say(error.what, warn=True)
            return None
        return details

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
        details = await self._details(message)
        if details is None:
            return
        view = details["message"]
        draft = await self._app.push_screen_wait(
            ComposeScreen(view["recipient"], view["topic"], details["body"], fixed=True)
        )
        if draft is not None:
            self._app.ask(requests.redrive(self._app.crew, message, body=draft.body))
