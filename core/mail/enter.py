"""The one owner of Enter: it takes a proof that the composer was seen with our text in it.

No message ever answers an agent's question: this is the only place that submits a message, and
the proof cannot be made from a screen that shows a question.
"""

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.status import read_status
from crewtui.core.mail.frame import Framed, draft_is_ours, fills, sits
from crewtui.core.model.agent import TROUBLED, AgentState
from crewtui.core.model.errors import TmuxError
from crewtui.core.model.screen import Screen
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.paste import press

_SECRET = object()
_NEVER = TROUBLED | {AgentState.ASKING, AgentState.STARTING}


class ComposerSeen:
    """Proof that our text stands in the composer of one pane and no question is on screen."""

    __slots__ = ("pane",)

    def __init__(self, pane: str, secret: object):
        if secret is not _SECRET:
            raise TypeError("only see_composer makes this proof")
        self.pane = pane


def see_composer(
    pane: str, adapter: Adapter, screen: Screen, framed: Framed
) -> ComposerSeen | None:
    """The proof, if this screen gives it."""
    if not screen.dead and not screen.copy_mode and fills(adapter, screen, framed):
        return ComposerSeen(pane, _SECRET)  # nothing but our text is on screen
    reading = read_status(adapter, screen)
    has_place = adapter.composer is not None and adapter.composer.where != "cursor"
    over = reading.failed and reading.composer  # a turn that has failed is over
    if screen.dead or screen.copy_mode or (reading.state in _NEVER and not over):
        return None
    if has_place and not (reading.composer and draft_is_ours(adapter, reading, framed)):
        return None
    return ComposerSeen(pane, _SECRET) if sits(adapter, screen, framed) else None


async def press_enter(link: TmuxLink, proof: ComposerSeen) -> None:
    """Submit what stands in the composer; raises ``TmuxError`` if tmux refused the key."""
    if not await press(link, proof.pane, "Enter"):
        raise TmuxError(f"pane {proof.pane} took no Enter")
