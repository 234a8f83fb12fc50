"""From the keys that answer an agent's question to a request, through a dialog where one helps."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from crewtui.app import requests
from crewtui.app.screens.dialogs import ComposeScreen, Draft
from crewtui.app.screens.question import QuestionScreen
from crewtui.core.client.connection import CrewConnection
from crewtui.core.model.agent import AgentView
from crewtui.core.model.approval import Role


class Asker(Protocol):
    """The application, as far as answers need it."""

    crew: CrewConnection

    def ask(self, request: Awaitable[str]) -> Any:
        """Send a request and say in words what came of it."""
        ...

    def push_screen(self, screen: Any, callback: Any = None) -> Any:
        """Show a dialog."""
        ...


class Answers:
    """Answers the question of the current agent; if it asks nothing, of the only one that asks."""

    def __init__(self, app: Asker, current: Callable[[], str | None]):
        self._app = app
        self._current = current

    def answer(self, role: Role) -> None:
        """Approve, approve always or deny; a question that is a choice is shown instead."""
        view = self._asking()
        approval = view.approval if view is not None else None
        if approval and approval.choices and role is Role.APPROVE and not approval.choice(role):
            self.choose()
            return
        self._app.ask(requests.answer(self._app.crew, view, role))

    def deny_with(self) -> None:
        """Deny, and tell the agent why."""
        view = self._asking()
        if view is None or view.approval is None:
            self._app.ask(requests.answer(self._app.crew, view, Role.DENY))
            return

        def deny(draft: Draft | None) -> None:
            if draft is not None:
                how = {"message": draft.body}
                self._app.ask(requests.answer(self._app.crew, view, Role.DENY, **how))

        self._app.push_screen(ComposeScreen(view.id, "denied", fixed=True), deny)

    def choose(self) -> None:
        """Show the whole question, and its choices by number."""
        view = self._asking()
        if view is None or view.approval is None:
            self._app.ask(requests.answer(self._app.crew, view, Role.OTHER))
            return

        def chosen(number: int | None) -> None:
            if number is not None:
                self._app.ask(requests.answer(self._app.crew, view, Role.OTHER, number=number))

        self._app.push_screen(QuestionScreen(view.approval), chosen)

    def _asking(self) -> AgentView | None:
        agents = self._app.crew.state.agents
        asking = [view for view in agents.values() if view.approval is not None]
        view = agents.get(self._current() or "")
        if (view is None or view not in asking) and len(asking) == 1:
            return asking[0]
        return view
