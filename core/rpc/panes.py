"""Requests about agents' panes: show, read, type. They see and act on screens: the operator's."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from crewtui.core.rpc.request import MOST_BODY, MOST_ID, AgentId, Param, Request, Who

Side = Annotated[int, Param("cells", low=1, high=2000)]
Size = tuple[Side, Side]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPanes(Request):
    """Which panes this client shows; they come as ``frame`` notifications from then on."""

    NAME: ClassVar = "panes.show"
    WHO: ClassVar = Who.OPERATOR
    agents: Annotated[
        dict[AgentId, Size | None], Param("each with columns and rows, or null", most=256)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneHistory(Request):
    """Lines of a pane with its scrollback, newest last."""

    NAME: ClassVar = "pane.history"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "list[str]"
    agent: AgentId
    lines: Annotated[int, Param("so many; 10000 are the most", low=1, high=2**31)] = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PressKeys(Request):
    """Keys that a person pressed in an agent's pane; false where it has none."""

    NAME: ClassVar = "pane.keys"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "bool"
    agent: AgentId
    keys: Annotated[
        tuple[Annotated[str, Param("tmux's name of it", least=1, most=MOST_ID)], ...],
        Param("keys, in order", most=256),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeText(Request):
    """Text that a person typed or pasted into an agent's pane; false where it has none."""

    NAME: ClassVar = "pane.text"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "bool"
    agent: AgentId
    text: Annotated[str, Param("as it was typed", most=MOST_BODY)]
    paste: Annotated[bool, Param("whether it comes as a paste")] = False
