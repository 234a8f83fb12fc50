"""An approval: what an agent wants to be allowed, the answers that exist, what became of it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """What a choice means."""

    APPROVE = "approve"
    ALWAYS = "always"
    DENY = "deny"
    OTHER = "other"


class Choice(BaseModel):
    """One answer and the keys that give it."""

    model_config = ConfigDict(frozen=True)

    number: int
    label: str
    role: Role = Role.OTHER
    keys: tuple[str, ...] = ()


class ApprovalView(BaseModel):
    """An open question of an agent; ``since`` is in UTC seconds since the epoch.

    ``shown`` is the question's text as it stands on screen, ``fingerprint`` belongs to that text:
    a decision counts for this text only. ``source`` is ``screen``, ``signal`` or both, or
    ``place``: an unknown prompt, of which a person is asked whether one types there.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    agent: str
    text: str
    shown: str = ""
    fingerprint: str = ""
    tool: str = ""
    detail: str = ""
    exact: bool = False
    source: str = "screen"
    since: float = 0.0
    choices: tuple[Choice, ...] = ()

    def choice(self, role: Role) -> Choice | None:
        """The answer that means this, if there is one."""
        return next((choice for choice in self.choices if choice.role is role), None)


def how_it_changed(drawn: ApprovalView, now: ApprovalView | None) -> str:
    """In words why a question as it was drawn is not the one that is asked now; empty if it is."""
    if now is None:
        return f"{drawn.agent} does not ask this any more"
    if (now.id, now.fingerprint) != (drawn.id, drawn.fingerprint):
        return f"{drawn.agent} asks something else by now"
    return ""
