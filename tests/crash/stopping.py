"""A supervisor that is killed at one step of one message: ``python -m tests.crash.stopping``.

It is the real supervisor but for a SIGKILL that it gives itself at the step that is named, when
the message whose file's name holds the token comes to it for the first time.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from crewtui.core.config.project import Project
from crewtui.core.mail.progress import Progress
from crewtui.core.model.message import MessageView
from crewtui.core.service.post_office import PostOffice
from crewtui.core.service.supervisor import supervise
from crewtui.core.tmux.control import Command
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.parse import Reply

STEPS = (
    "before begin_typing",
    "after begin_typing",
    "before load",
    "after load",
    "before paste-buffer",
    "after paste-buffer",
    "look 1 after paste",
    "look 3 after paste",
    "before begin_enter",
    "after begin_enter",
    "before Enter",
    "after Enter",
    "look 1 after Enter",
    "look 3 after Enter",
    "before result",
    "after result",
    "before file_away",
    "after file_away",
)
"""Every step of an attempt, in order."""


class Aim:
    """Where the supervisor is to die."""

    def __init__(self, step: str, token: str):
        self._step = step
        self._token = token
        self._armed = False
        self._looks = 0
        self._phase = ""

    def arm(self, message: MessageView) -> None:
        """From here on the message is typed: the steps are its own."""
        self._armed = self._token in message.name and not message.in_doubt

    def concerns(self, message: MessageView) -> bool:
        """Whether the message is the one that is aimed at, and for the first time."""
        return self._token in message.name and not (message.in_doubt or message.redelivered)

    def reached(self, step: str) -> None:
        """Die here, if this is the step."""
        if self._armed and step == self._step:
            os.kill(os.getpid(), signal.SIGKILL)

    def enter_phase(self, phase: str) -> None:
        """Looks count from here."""
        self._phase, self._looks = phase, 0

    def look(self) -> None:
        """One more picture was taken."""
        if self._armed:
            self._looks += 1
            self.reached(f"look {self._looks} after {self._phase}")


def install(aim: Aim) -> None:
    """Put the aim into the steps of an attempt."""
    _around_progress(aim)
    _around_tmux(aim)
    filed = PostOffice.file_away

    async def file_away(self: PostOffice, message: MessageView) -> None:
        if aim.concerns(message):
            aim.reached("before file_away")
        await filed(self, message)
        if aim.concerns(message):
            aim.reached("after file_away")

    PostOffice.file_away = file_away  # type: ignore[method-assign]


def _around_progress(aim: Aim) -> None:
    for name in ("begin_typing", "begin_enter", "delivered", "submitted"):
        _wrap(aim, name, "result" if name in ("delivered", "submitted") else name)


def _wrap(aim: Aim, name: str, said: str) -> None:
    inner: Callable[..., Awaitable[Any]] = getattr(Progress, name)

    async def step(self: Progress, message: MessageView, *rest: Any) -> Any:
        if name == "begin_typing":
            aim.arm(message)
        aim.reached(f"before {said}")
        found = await inner(self, message, *rest)
        aim.reached(f"after {said}")
        return found

    setattr(Progress, name, step)


def _around_tmux(aim: Aim) -> None:
    run, load = TmuxLink.run, TmuxLink.load

    async def load_too(self: TmuxLink, buffer: str, body: bytes) -> None:
        aim.reached("before load")
        await load(self, buffer, body)
        aim.reached("after load")

    async def run_too(self: TmuxLink, commands: Sequence[Command]) -> list[Reply]:
        words = list(commands[0]) if commands else [""]
        enter = words[0] == "send-keys" and words[-1] == "Enter"
        if words[0] == "paste-buffer":
            aim.reached("before paste-buffer")
        elif enter:
            aim.reached("before Enter")
        elif words[0] == "capture-pane":
            aim.look()
        replies = await run(self, commands)
        if words[0] == "paste-buffer":
            aim.reached("after paste-buffer")
            aim.enter_phase("paste")
        elif enter:
            aim.reached("after Enter")
            aim.enter_phase("Enter")
        return replies

    TmuxLink.run = run_too  # type: ignore[method-assign]
    TmuxLink.load = load_too  # type: ignore[method-assign]


if __name__ == "__main__":
    install(Aim(sys.argv[2], sys.argv[3]))
    asyncio.run(supervise(Project(Path(sys.argv[1]))))
