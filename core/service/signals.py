"""Signals of the agents' own programs: who may send them, and what follows."""

from typing import Any

from crewtui.core.agents.signals import interpret
from crewtui.core.model.errors import Refused
from crewtui.core.service.crew import Crew
from crewtui.core.supervision.token import is_token_of


async def take_signal(crew: Crew, agent: str, token: str, name: str, data: Any) -> None:
    """A signal of a running agent; raises ``Refused`` if the token is not that run's."""
    runner = crew.runner(agent)
    if not is_token_of(crew.secret, runner.run_id, token):
        raise Refused(f"not the token of {agent}'s run", "only the agent itself signals")
    heard = interpret(runner.adapter, name, data if isinstance(data, dict) else {})
    if heard is None:
        return
    for mark in heard.marks:
        await crew.mail.confirm(mark)
    await runner.on_signal(heard)
    crew.mail.wake(agent)
