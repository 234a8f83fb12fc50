"""What fenced agents dropped: moved into the inboxes by the supervisor, never over another file.

So an agent puts messages into an inbox and can neither change nor take back what was accepted.
"""

import os
from contextlib import suppress
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.mail import inbox
from crewtui.core.mail.name import fitted
from crewtui.core.model.ids import new_id

MOST = 1000
"""So many files of one folder are looked at in one go."""


def collect(project: Project) -> bool:
    """Move every whole message to its inbox; true if one was still being written.

    What is no message stays where it is: it is in nobody's inbox.
    """
    again = False
    for folder in sorted(project.drops.glob("*/to_*")):
        target = project.messages / folder.name
        if folder.is_symlink() or not target.is_dir():
            continue
        with suppress(OSError):
            for name, _key in inbox.entries(folder)[:MOST]:
                again |= not _moved(folder, target, name)
    return again


def _moved(folder: Path, target: Path, name: str) -> bool:
    """Whether nothing is left to do about the file; one that is refused later is moved too."""
    try:
        found = inbox.examine(folder, name)
        if isinstance(found, inbox.NotYet):
            return False
        if isinstance(found, inbox.Readable | inbox.Unfit):
            _put(folder / name, target)
    except OSError:
        return True  # it cannot be read: the agent's own loss
    return True


def _put(source: Path, target: Path) -> None:
    """A link never replaces another file, as a rename would."""
    goal = target / source.name
    try:
        os.link(source, goal, follow_symlinks=False)
    except FileExistsError:
        if not os.path.samestat(source.lstat(), goal.lstat()):
            os.link(source, target / fitted(source.name, new_id(5)), follow_symlinks=False)
    source.unlink()
