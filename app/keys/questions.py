"""From the keys that answer an agent's question to a request: for what the person looks at alone.

A key decides at once only for the agent in focus. If that one asks nothing, the focus goes to the
agent that has asked longest, its whole question is shown, and another key decides.
"""

from typing import Any

from crewtui.app import requests
from crewtui.app.keys.key import Dashboard, Key, KeyGroup
from crewtui.app.keys.work import WorkKeys
from crewtui.app.screens.dialogs import ComposeScreen, Draft
from crewtui.app.screens.question import Picked, QuestionScreen
from crewtui.core.model.approval import ApprovalView, Role
from crewtui.core.model.crew_state import CrewState


class QuestionKeys(KeyGroup):
    """Answers the question of the agent in focus, as it was drawn."""

    NAME = "questions"
    KEYS = (
        Key(
            "a",
            "answer",
            "Approve",
            "Approve what the agent in focus asks; if it asks nothing, go to the one that does",
            how=("approve",),
        ),
        Key("A", "answer", "Always", "The same, and do not ask again", False, ("always",)),
        Key(
            "x",
            "answer",
            "Deny",
            "Deny what the agent in focus asks; if it asks nothing, go to the one that does",
            how=("deny",),
        ),
        Key("d", "deny_with", "Deny, saying", "Deny it and tell the agent why", False),
        Key(
            "c",
            "choose",
            "Choices",
            "See the whole question and pick a choice by its number",
            False,
        ),
    )

    def __init__(self, app: Dashboard):
        super().__init__(app)
        self._work = WorkKeys(app)

    def answer(self, role: str) -> None:
        """Decide the highlighted need, or else what the agent in focus asks."""
        if self._covered():
            return
        need = self._app.board.need_in_focus()
        if need is None or not self._work.on_need(need, role):
            self._answer(Role(role))

    def _covered(self) -> bool:
        """Whether something is open before the panels: then no key decides, and that is said."""
        app = self._app
        covered = app.screen is not app.board
        if covered or app.board.filtering:
            what = "what is open" if covered else "the filter (Esc)"
            self.say(f"close {what} first: nothing was answered")
        return covered or app.board.filtering

    def follow(self, state: CrewState) -> None:
        """A question that is being read follows what its agent asks by now."""
        shown = self._app.screen
        if isinstance(shown, QuestionScreen):
            view = state.agents.get(shown.agent)
            shown.follow(view.approval if view is not None else None)

    def _answer(self, role: Role) -> None:
        """Approve, approve always or deny; a question that is a choice is shown instead."""
        asked = self._in_focus()
        if asked is None:
            self._go_on()
        elif asked.choices and role is Role.APPROVE and not asked.choice(role):
            self._show(asked)
        else:
            self._decide(asked, Picked(role))

    def deny_with(self) -> None:
        """Deny, and tell the agent why."""
        if self._covered():
            return
        asked = self._in_focus()
        if asked is None:
            self._go_on()
        else:
            self._decide(asked, Picked(Role.DENY, saying=True))

    def choose(self) -> None:
        """Show the whole question, and its choices by number."""
        if self._covered():
            return
        asked = self._in_focus()
        if asked is None:
            self._go_on()
        else:
            self._show(asked)

    def _in_focus(self) -> ApprovalView | None:
        """What the agent in focus asks, as it was drawn last."""
        board = self._app.board
        view = board.crew.agents.get(board.agent_in_focus() or "")
        return view.approval if view is not None else None

    def _go_on(self) -> None:
        """Go to the agent that asks, and show what: nothing is answered by this key."""
        board = self._app.board
        found = [view.approval for view in board.crew.agents.values() if view.approval is not None]
        if not found:
            self.say("no agent asks anything now")
            return
        asked = min(found, key=lambda asked: (asked.agent != board.row_agent(), asked.since))
        board.go_to(asked.agent)
        self._show(asked)

    def _show(self, asked: ApprovalView) -> None:
        def picked(answer: Picked | None) -> None:
            if answer is not None:
                self._decide(asked, answer)

        self._app.push_screen(QuestionScreen(asked), picked)

    def _decide(self, asked: ApprovalView, picked: Picked) -> None:
        def send(**how: Any) -> None:
            self._app.ask(requests.answer(self._app.crew, asked, picked.role, **how))

        def deny(draft: Draft | None) -> None:
            if draft is not None:
                send(message=draft.body)

        if picked.saying:
            self._app.push_screen(ComposeScreen(asked.agent, "denied", fixed=True), deny)
        elif picked.number is not None:
            send(number=picked.number)
        else:
            send()
