"""Where a finished message's file goes: ``processed/``, or ``dead_letter/`` with its sidecar.

The ledger says first how a message ended; the file follows, and can always be filed again.
"""

import errno
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.mail.inbox import inbox_name, key_of
from crewtui.core.mail.name import fitted, is_unsafe
from crewtui.core.mail.post import write_file
from crewtui.core.model.message import Attempt, MessageState, MessageView


def file_away(project: Project, message: MessageView, key: str, body: bytes) -> Path:
    """Move the message's file out of its inbox; a file changed since acceptance stays there.

    Returns where the content is now. Raises ``OSError`` if the disk refuses; try again later.
    """
    folder = _folder_of(project, message)
    folder.mkdir(parents=True, exist_ok=True)
    source = _source(project.inbox(message.recipient), message.name)
    target = _free_target(folder, message)
    if target.exists():
        return target
    with suppress(FileNotFoundError):
        if key_of(source.lstat()) == key:
            _move(source, target)
            return target
    if body:
        write_file(target, body)
    return target


def _folder_of(project: Project, message: MessageView) -> Path:
    """Dead letters lie together; of the others, those of an hour: by their acceptance, in UTC."""
    if message.state is MessageState.DEAD:
        return project.dead_letters
    accepted = datetime.fromtimestamp(message.accepted_at, UTC)
    return project.processed / f"{accepted:%Y%m%d}" / f"{accepted:%H}"


def _move(source: Path, target: Path) -> None:
    """Rename, or copy and then remove where the two folders are on different mounts."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        write_file(target, source.read_bytes())
        source.unlink()


def _source(inbox: Path, name: str) -> Path:
    """The file by its kept name; one that could not be decoded is looked for by that name."""
    plain = inbox / name
    if "\\x" in name or "\\u" in name:
        with suppress(OSError):
            for entry in inbox.iterdir():
                if inbox_name(entry.name) == name:
                    return entry
    return plain


def _free_target(folder: Path, message: MessageView) -> Path:
    """The file's own name, or one with the message's id in it where that is taken or unsafe."""
    plain = folder / message.name
    if is_unsafe(message.name):
        return folder / f"{message.id}.unsafe"
    with suppress(OSError):
        if not plain.exists() and len(os.fsencode(message.name)) < 200:
            return plain
    return folder / fitted(message.name, message.id)


def set_aside(project: Project, message: MessageView) -> None:
    """Move a purged dead letter and its sidecar to ``purged/``."""
    purged = project.dead_letters / "purged"
    purged.mkdir(exist_ok=True)
    sidecar = project.dead_letters / f"{message.id}.dead.json"
    names = (message.name, fitted(message.name, message.id), f"{message.id}.unsafe", sidecar.name)
    for name in names:
        with suppress(FileNotFoundError):
            (project.dead_letters / name).rename(purged / name)
            os.utime(purged / name)


def write_sidecar(
    project: Project, message: MessageView, attempts: list[Attempt], screen: list[str]
) -> Path:
    """Write what is known of a dead letter beside it, as JSON."""
    path = project.dead_letters / f"{message.id}.dead.json"
    facts = {
        **message.model_dump(mode="json"),
        "original_name_hex": os.fsencode(message.name).hex(),
        "first_failure": attempts[0].at if attempts else message.changed_at,
        "last_failure": attempts[-1].at if attempts else message.changed_at,
        "tries": [attempt.model_dump() for attempt in attempts],
        "screen": screen,
    }
    write_file(path, json.dumps(facts, indent=1).encode())
    return path


def read_sidecar(project: Project, message: str) -> dict[str, object]:
    """What was written of a dead letter; empty if there is nothing."""
    path = project.dead_letters / f"{message}.dead.json"
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
