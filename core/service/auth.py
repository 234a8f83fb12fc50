"""Who asks: an agent by the token of its run, or the operator by the project's secret.

Without a fence every process of the user can read both, so this keeps agents from speaking for
others by mistake or by persuasion; a fenced agent cannot get at another's token at all.
"""

from typing import Any

from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import OPERATOR
from crewtui.core.rpc.request import Request, Who
from crewtui.core.rpc.token import is_operator_token, is_token_of
from crewtui.core.supervision.runner import Runner


class NotAllowed(Refused):
    """Who asks may not, or is not who they say; ``agent`` is the one whose token was right."""

    def __init__(self, what: str, todo: str, agent: str = ""):
        self.agent = agent
        super().__init__(what, todo)


class Auth:
    """Tells who a request comes from, and whether they may make it."""

    def __init__(self, runners: dict[str, Runner], secret: bytes):
        self._runners = runners
        self._secret = secret

    def actor(self, said: Any) -> str:
        """An agent's id or ``operator``; raises ``NotAllowed`` for a token that is not theirs."""
        said = said if isinstance(said, dict) else {}
        token = said.get("token")
        if "agent" in said:
            return self.agent(str(said["agent"]), token)
        if not isinstance(token, str) or not is_operator_token(self._secret, token):
            raise NotAllowed("not the operator's token", "run it outside the agents' panes")
        return OPERATOR

    def agent(self, agent: str, token: Any) -> str:
        """The agent's id; raises ``NotAllowed`` for a token that is not that of its run."""
        runner = self._runners.get(agent)
        known = runner is not None and isinstance(token, str)
        if runner is None or not known or not is_token_of(self._secret, runner.run_id, token):
            raise NotAllowed(
                f"not the token of {agent[:64]!r}'s run",
                "an agent speaks for itself, from its own pane",
            )
        return agent


def check(kind: type[Request], actor: str) -> None:
    """Whether this actor may make such a request; raises ``NotAllowed``."""
    if kind.WHO is Who.OPERATOR and actor != OPERATOR:
        what = f"only the operator may do that ({kind.NAME})"
        raise NotAllowed(what, "ask them: crewtui send --to human", actor)
