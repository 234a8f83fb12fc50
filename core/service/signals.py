"""Signals of the agents' own programs, and what follows from them."""

from collections.abc import Awaitable, Callable
from typing import Any

from crewtui.core.agents.hook import DECIDED
from crewtui.core.agents.signals import interpret
from crewtui.core.service.post_office import PostOffice
from crewtui.core.supervision.runner import Runner


async def _no_decision(_agent: str, _decided: dict[str, str]) -> None:
    """Nobody keeps what rules decide."""


class SignalDesk:
    """Takes signals of running agents."""

    def __init__(self, runners: dict[str, Runner], mail: PostOffice):
        self._runners = runners
        self._mail = mail
        self.on_decided: Callable[[str, dict[str, str]], Awaitable[None]] = _no_decision

    async def take(self, agent: str, name: str, data: Any) -> None:
        """Take a signal of an agent whose token was right."""
        runner = self._runners[agent]
        decided = data.get(DECIDED) if isinstance(data, dict) else None
        if isinstance(decided, dict):
            await self.on_decided(agent, {str(k): str(v) for k, v in decided.items()})
        heard = interpret(runner.adapter, name, data if isinstance(data, dict) else {})
        if heard is None:
            return
        for mark in heard.marks:
            await self._mail.confirm(agent, mark)
        await runner.on_signal(heard)
        self._mail.wake(agent)
