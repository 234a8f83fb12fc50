"""Signals of the agents' own programs: who may send them, and what follows."""

from collections.abc import Awaitable, Callable
from typing import Any

from crewtui.core.agents.hook import DECIDED
from crewtui.core.agents.signals import interpret
from crewtui.core.model.errors import Refused
from crewtui.core.service.post_office import PostOffice
from crewtui.core.service.replies import Asked, asked
from crewtui.core.supervision.runner import Runner
from crewtui.core.supervision.token import is_token_of

REQUEST = "request"
"""A signal of this name is a request: a fenced agent reaches no socket."""


async def _nobody(_agent: str, _request: Asked) -> None:
    """Nobody serves requests."""


async def _no_decision(_agent: str, _decided: dict[str, str]) -> None:
    """Nobody keeps what rules decide."""


class SignalDesk:
    """Takes signals of running agents."""

    def __init__(self, runners: dict[str, Runner], secret: bytes, mail: PostOffice):
        self._runners = runners
        self._secret = secret
        self._mail = mail
        self.on_request: Callable[[str, Asked], Awaitable[None]] = _nobody

        self.on_decided: Callable[[str, dict[str, str]], Awaitable[None]] = _no_decision

    async def take(self, agent: str, token: str, name: str, data: Any) -> None:
        """Take a signal; raises ``Refused`` if the token is not that of the agent's run."""
        runner = self._runners.get(agent)
        if runner is None or not is_token_of(self._secret, runner.run_id, token):
            raise Refused(f"not the token of {agent}'s run", "only the agent itself signals")
        if name == REQUEST:
            await self.on_request(agent, asked(data))
            return
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
