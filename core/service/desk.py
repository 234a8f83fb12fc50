"""One courier's view of the supervisor: its agent as it is now, and the mail of the whole crew."""

from typing import Protocol

from crewtui.core.mail.courier import Addressee
from crewtui.core.model.message import MessageView
from crewtui.core.supervision.runner import Runner


class Mail(Protocol):
    """What the desk asks of the mail of the whole crew."""

    confirmed: set[str]

    async def confirm(self, agent: str, id_: str) -> None:
        """The agent's own signal says that this message was submitted to it."""
        ...

    def stuck(self, agent: str, what: str) -> None:
        """Raise or calm the trouble of an agent whose composer needs a person."""
        ...

    async def file_away(self, message: MessageView) -> None:
        """Move a finished message's file."""
        ...

    async def bury(self, message: MessageView, screen: list[str]) -> None:
        """Write a dead letter's sidecar and move its file."""
        ...


class Desk:
    """One courier's view of the supervisor."""

    def __init__(self, office: Mail, runner: Runner):
        self._office = office
        self._runner = runner

    def addressee(self) -> Addressee:
        """The agent as it is now."""
        runner = self._runner
        view = runner.view
        return Addressee(view.state, view.pane, runner.run_id, view.since, runner.sight)

    def is_confirmed(self, message: str) -> bool:
        """Whether the agent's own signal says that the message was submitted to it."""
        return message in self._office.confirmed

    async def submitted(self, message: MessageView) -> None:
        """A message was just submitted: the agent's next turn begins."""
        self._runner.watching.on_submitted()
        if message.id in self._office.confirmed:  # its signal was quicker than the screen
            await self._office.confirm(message.recipient, message.id)

    async def keep_ground(self) -> None:
        """Write down where the agent rests."""
        await self._runner.keep_ground()

    def taken_back(self, message: str) -> None:
        """What a signal said of this message counts no more."""
        self._office.confirmed.discard(message)

    def stuck(self, agent: str, what: str) -> None:
        """Say that the agent's composer needs a person."""
        self._office.stuck(agent, what)

    async def file_away(self, message: MessageView) -> None:
        """Move a finished message's file."""
        await self._office.file_away(message)

    async def bury(self, message: MessageView, screen: list[str]) -> None:
        """Move a dead letter's file and write its sidecar."""
        await self._office.bury(message, screen)
