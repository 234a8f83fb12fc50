"""The one owner of Enter: it takes a proof that our text was seen where one types.

No message ever answers an agent's question: this is the only place that submits a message, and
the proof cannot be made from a screen that shows a question, nor against the kernel's word.
"""

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.draft import plain_lines
from crewtui.core.agents.ground import place_of, veto
from crewtui.core.agents.sight import Sight
from crewtui.core.agents.status import read_status
from crewtui.core.mail.frame import FILLS, Framed, draft_is_ours, fills, sits, stands
from crewtui.core.model.agent import TROUBLED, AgentState
from crewtui.core.model.errors import TmuxError
from crewtui.core.model.screen import Screen
from crewtui.core.model.terminal import Facts, Place
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.paste import press

_SECRET = object()
_NEVER = TROUBLED | {
    AgentState.ASKING,
    AgentState.STARTING,
    AgentState.UNKNOWN,
    AgentState.COVERED,
}


class ComposerSeen:
    """Proof that our text stands where one types in one pane and no question is on screen."""

    __slots__ = ("pane",)

    def __init__(self, pane: str, secret: object):
        if secret is not _SECRET:
            raise TypeError("only see_composer and see_place make this proof")
        self.pane = pane


def see_composer(
    pane: str, adapter: Adapter, screen: Screen, framed: Framed
) -> ComposerSeen | None:
    """The proof for a composer that the adapter knows, if this screen gives it."""
    if screen.dead or screen.copy_mode or adapter.composer is None:
        return None
    if fills(adapter, screen, framed):
        return ComposerSeen(pane, _SECRET)  # nothing but our text is on screen
    reading = read_status(adapter, screen)
    over = reading.failed and reading.composer  # a turn that has failed is over
    if reading.state in _NEVER and not over:
        return None
    if not (reading.composer and draft_is_ours(adapter, reading, framed)):
        return None
    return ComposerSeen(pane, _SECRET) if sits(adapter, screen, framed) else None


def see_place(
    pane: str, before: Place, screen: Screen, facts: Facts, sight: Sight, framed: Framed
) -> ComposerSeen | None:
    """The proof for a place that was shown: its modes, reader and line, and our text, whole."""
    if screen.dead or screen.copy_mode or veto(facts, sight.ground.own) is not None:
        return None
    if facts.readers is None and facts.cooked is None:
        return None  # nothing of the terminal is known: the place was never proven
    if not before.modes_of(place_of(screen, facts)):
        return None
    line = stands(plain_lines(screen), screen, framed, before.rest)
    if line is None or (line != FILLS and not sight.is_prompt(line, before)):
        return None
    return ComposerSeen(pane, _SECRET)


async def press_enter(link: TmuxLink, proof: ComposerSeen) -> None:
    """Submit what stands in the composer; raises ``TmuxError`` if tmux refused the key."""
    if not await press(link, proof.pane, "Enter"):
        raise TmuxError(f"pane {proof.pane} took no Enter")
