"""Write a message into an inbox: elsewhere first, then renamed in, safe on disk when it returns.

Imports nothing heavy: ``crewtui send`` is called by agents all day.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.mail.name import build_name
from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import EVERYONE, HUMAN, is_agent_id, new_id

MAX_BYTES = 1024 * 1024
INBOX_LIMIT = 1000
"""So many messages wait in one inbox; further files stay in the folder, and none is sent there."""
INBOX_BYTES = 16 * 1024 * 1024
"""So many bytes likewise."""


def post(project: Project, sender: str, recipient: str, topic: str, body: str) -> Path:
    """Put a message into the recipient's inbox and return its file; raises ``Refused``."""
    inbox = checked_inbox(project, recipient)
    for name in (sender,):
        if not is_agent_id(name):
            raise Refused(f"{name!r} is not an agent's id", "use a-z, 0-9, _ and -")
    data = body.encode("utf-8", "replace")
    if not body.strip():
        raise Refused("the message is empty", "give a text, or - to read standard input")
    if len(data) > MAX_BYTES:
        raise Refused(
            f"the message has {len(data)} bytes, at most {MAX_BYTES} are taken",
            "put the content in a file and send its path",
        )
    if full := _why_full(inbox, len(data)):
        raise Refused(
            f"the inbox of {recipient} is full ({full} wait)",
            "wait until some are delivered; see: crewtui inbox",
        )
    id_ = new_id(5)
    target = inbox / build_name(time.time(), sender, recipient, topic, id_)  # noqa: TID251
    write_file(target, data)
    return target


def _why_full(inbox: Path, more: int) -> str:
    """How much waits, if ``more`` bytes are too many by it."""
    count = size = 0
    with os.scandir(inbox) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                size += entry.stat(follow_symlinks=False).st_size
                count += 1
    if count >= INBOX_LIMIT:
        return f"{INBOX_LIMIT} messages"
    return f"{size // 1024} KiB" if size + more > INBOX_BYTES else ""


def checked_inbox(project: Project, recipient: str) -> Path:
    """The inbox folder of a recipient; raises ``Refused`` where there is none."""
    if recipient not in (HUMAN, EVERYONE) and not is_agent_id(recipient):
        raise Refused(f"{recipient!r} is not an agent's id", "use a-z, 0-9, _ and -")
    inbox = project.inbox(recipient)
    if inbox.is_symlink() or not inbox.is_dir():
        known = sorted(p.name.removeprefix("to_") for p in project.messages.glob("to_*"))
        raise Refused(f"nobody here is called {recipient!r}", f"known: {', '.join(known)}")
    return inbox


def write_file(target: Path, data: bytes) -> None:
    """Write beside the target as a hidden file, sync, rename in, sync the folder."""
    outbox = os.environ.get("CREWTUI_OUTBOX")  # a fenced agent may only rename into inboxes
    hidden = write_hidden(Path(outbox) if outbox else target.parent, data)
    try:
        hidden.rename(target)
    except OSError:
        hidden.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_hidden(folder: Path, data: bytes) -> Path:
    """Write a synced file that no scan takes; renaming it is what makes it a message."""
    hidden = folder / f".{new_id(8)}.tmp"
    descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        hidden.unlink(missing_ok=True)
        raise
    return hidden
