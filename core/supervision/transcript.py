"""What an agent's terminal printed, raw, in ``runtime/logs/transcripts/<agent>.log``.

tmux runs a pipe through a shell, so its command names only a path of safe characters: a link in
the private socket folder. Two files of at most ``LIMIT`` bytes are kept for each agent.
"""

import re
from contextlib import suppress
from pathlib import Path

from crewtui.core.config.project import Project, socket_folder

LIMIT = 10 * 1024 * 1024
_SAFE = re.compile(r"[A-Za-z0-9_./-]+\Z")


def pipe_command(project: Project, agent: str) -> str | None:
    """The fixed command that appends to the agent's transcript; none if no safe path exists."""
    folder = project.logs / "transcripts"
    link = socket_folder() / f"{project.key}.transcripts"
    if not _SAFE.match(str(link)):
        return None
    if not link.is_symlink() or link.readlink() != folder:
        with suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(folder)
    transcript = folder / f"{agent}.log"
    transcript.touch(mode=0o600, exist_ok=True)
    return f"exec cat >> {link}/{agent}.log"


def rotate(path: Path) -> bool:
    """Move a transcript over the limit to ``.1``; true if the pipe must be opened again."""
    try:
        if path.stat().st_size < LIMIT:
            return False
    except FileNotFoundError:
        return True
    path.replace(path.with_name(path.name + ".1"))
    path.touch(mode=0o600)
    return True
