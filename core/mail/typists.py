"""Both typists of one tmux server: for composers that adapters know, and for places shown."""

import asyncio

from crewtui.core.mail.attempt import Typist
from crewtui.core.mail.line_attempt import LineTypist
from crewtui.core.model.clock import Clock
from crewtui.core.tmux.link import TmuxLink


def typists_on(link: TmuxLink, clock: Clock) -> tuple[Typist, LineTypist]:
    """The typists of this link; they wait in real time."""
    return Typist(link, clock, asyncio.sleep), LineTypist(link, clock, asyncio.sleep)
