"""Messages of crewtui's own: queued with the change that they tell of, in one transaction."""

import os
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Protocol

from crewtui.core.ledger.store import Transaction
from crewtui.core.model.ids import SELF, new_id
from crewtui.core.model.message import MessageState


class Couriers(Protocol):
    """Who delivers what was queued."""

    def wake(self, agent: str) -> None:
        """Something was queued for the agent: its courier looks again."""
        ...


async def tell(tx: Transaction, agent: str, topic: str, text: str) -> None:
    """Queue a message of crewtui's own within a transaction; its courier is to be woken after."""
    id_ = new_id()
    if "crewtui " in text:
        text += _whereabouts()
    await add_row(tx, id_, agent, SELF, topic, f"{id_}.md", text.encode())


@cache
def _whereabouts() -> str:
    """Where crewtui is, if a login shell may not find it: Codex runs its commands in one."""
    usual = os.pathsep.join((os.defpath, "/usr/local/bin", str(Path.home() / ".local/bin")))
    if shutil.which("crewtui", path=usual):
        return ""
    return f"\n(if crewtui is not found: {Path(sys.executable).parent / 'crewtui'})"


async def add_row(
    tx: Transaction,
    id_: str,
    recipient: str,
    sender: str,
    topic: str,
    name: str,
    data: bytes,
    key: str = "",
    redrive_of: str | None = None,
) -> None:
    """Queue a message; ``key`` is that of its file in the inbox, if it has one."""
    preview = " ".join(data.decode("utf-8", "replace").split())[:120]
    state, now = MessageState.QUEUED, tx.now
    values = (id_, recipient, sender, topic, name, key, "", "", len(data), state, "", preview)
    await tx.run("add_message", *values, now, now, redrive_of)
    await tx.run("add_body", id_, data)
    await tx.publish_message(id_)
