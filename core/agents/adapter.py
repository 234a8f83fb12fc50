"""An adapter: how one kind of agent program looks on screen and is spoken to. Data, no code."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from crewtui.core.model.agent import AgentState


def _compiled(value: object) -> object:
    if not isinstance(value, str):
        return value
    if len(value) > 300:
        raise ValueError("a pattern of at most 300 characters")
    try:
        return re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from None


Pattern = Annotated[re.Pattern[str], BeforeValidator(_compiled)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Cue(_Table):
    """A pattern and where on the screen it must stand to count.

    ``bottom`` looks at the last ``within`` lines that are not blank, ``cursor`` at the cursor's
    line up to the cursor, so that an old line further up never counts.
    """

    name: str
    state: AgentState
    match: Pattern
    where: Literal["bottom", "cursor"] = "bottom"
    within: int = Field(default=8, ge=1, le=100)


class Composer(_Table):
    """Where a person types; the group ``draft`` is what stands in it."""

    match: Pattern
    where: Literal["bottom", "cursor"] = "bottom"
    within: int = Field(default=6, ge=1, le=100)


class Keys(_Table):
    """Keys by their tmux names."""

    approve: tuple[str, ...] = ("y", "Enter")
    deny: tuple[str, ...] = ("n", "Enter")
    interrupt: tuple[str, ...] = ("C-c",)
    clear: tuple[str, ...] = ("C-u",)
    """What empties the composer, so that a second try does not follow on the first."""


class Adapter(_Table):
    """One agent program."""

    name: str
    programs: tuple[str, ...] = ()
    """Base names of commands that this adapter serves."""
    unless: tuple[str, ...] = ()
    """Arguments with which the program is another thing: ``sh -c`` is no shell to talk to."""
    about: str = ""
    input_while_busy: bool = False
    """Whether text typed while it works is kept for later."""
    newlines: Literal["keep", "join"] = "keep"
    """``join`` for programs without bracketed paste: there each newline would be an Enter."""
    comment: str = ""
    """What the frame's line starts with, where a program would run it otherwise."""
    confirm_s: float = Field(default=2.0, gt=0, le=60)
    """How long to watch for a sign that a message was taken, in seconds."""
    ready_s: float = Field(default=0.5, ge=0, le=60)
    """Without a composer: so long after its start it counts as ready, in seconds."""
    otherwise: AgentState = AgentState.IDLE
    """The state of a screen that no cue and no composer matches."""
    keys: Keys = Keys()
    composer: Composer | None = None
    cues: tuple[Cue, ...] = ()
