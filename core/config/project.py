"""The project folder: where each file of ``.orchestrator/`` is."""

import os
import stat
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from crewtui.core.model.errors import ConfigError, Refused
from crewtui.core.model.ids import slug

FOLDER = ".orchestrator"


@dataclass(frozen=True, slots=True)
class Project:
    """A project by its root folder; every path below is derived from it."""

    root: Path

    @property
    def folder(self) -> Path:
        """The ``.orchestrator`` folder."""
        return self.root / FOLDER

    @property
    def config(self) -> Path:
        """``agents.toml``."""
        return self.folder / "agents.toml"

    def agent_folder(self, agent: str) -> Path:
        """What is written for an agent's own program at its start."""
        return self.runtime / "agents" / agent

    @property
    def messages(self) -> Path:
        """The folder of all inboxes."""
        return self.folder / "messages"

    @property
    def processed(self) -> Path:
        """Where delivered message files go."""
        return self.messages / "processed"

    @property
    def dead_letters(self) -> Path:
        """Where messages go that could not be delivered."""
        return self.messages / "dead_letter"

    @property
    def runtime(self) -> Path:
        """What the supervisor keeps: private to the user."""
        return self.folder / "runtime"

    @property
    def logs(self) -> Path:
        """``runtime/logs``."""
        return self.runtime / "logs"

    @property
    def places(self) -> Path:
        """Where a person has said that one types."""
        return self.folder / "places.toml"

    @property
    def ledger(self) -> Path:
        """The SQLite ledger."""
        return self.runtime / "ledger.db"

    @property
    def drops(self) -> Path:
        """Where agents whose fence hides the inboxes leave messages: ``<agent>/to_<recipient>``."""
        return self.runtime / "drop"

    @property
    def lock(self) -> Path:
        """Says who is the project's supervisor."""
        return self.runtime / "supervisor.lock"

    @property
    def died(self) -> Path:
        """How the last supervisor ended, if it was not told to."""
        return self.runtime / "died.json"

    @property
    def supervisor_log(self) -> Path:
        """What supervisors printed."""
        return self.logs / "supervisor.log"

    @property
    def stopped(self) -> Path:
        """What the last stop ended, in words."""
        return self.runtime / "stopped.txt"

    def inbox(self, recipient: str) -> Path:
        """The inbox folder of an agent, of ``human`` or of ``all``."""
        return self.messages / f"to_{recipient}"

    @property
    def key(self) -> str:
        """Eight hexadecimal digits that tell this project from all others."""
        return _sha256(os.fsencode(self.root))[:8]

    @property
    def name(self) -> str:
        """The folder's name as a slug, which tmux sessions start with."""
        return slug(self.root.name)

    @property
    def socket(self) -> Path:
        """The supervisor's socket: below 100 bytes, in a folder that only this user can enter."""
        return socket_folder() / f"{self.key}.sock"

    def private(self, *parts: str) -> Path:
        """A folder below ``runtime``, made if it is missing; only this user enters it."""
        folder = self.runtime
        for part in parts:
            folder = folder / part
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def prepare(self) -> None:
        """Make the folders that the supervisor needs; ``runtime`` and below private."""
        for inbox in (self.messages, self.processed, self.dead_letters):
            inbox.mkdir(parents=True, exist_ok=True)
        for private in (
            self.runtime,
            self.logs,
            self.logs / "transcripts",
            self.runtime / "pids",
            self.runtime / "launch",
            self.drops,
        ):
            private.mkdir(mode=0o700, parents=True, exist_ok=True)
            private.chmod(0o700)


def socket_folder() -> Path:
    """A 0700 folder of this user's for sockets; one that others could enter is refused."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = (
        Path(base) / "crewtui"
        if base and len(base) < 70 and Path(base).is_dir()
        else Path(f"/tmp/crewtui-{os.getuid()}")
    )
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Refused(
            f"{folder} is not a private folder of yours",
            f"remove it, or set XDG_RUNTIME_DIR to a folder with mode 0700: rm -r -- {folder}",
        )
    return folder


def find_project(start: Path) -> Project:
    """The project whose folder is ``start`` or the nearest folder above it.

    Raises ``ConfigError`` where there is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / FOLDER / "agents.toml").is_file():
            return Project(folder.resolve())
    raise ConfigError(f"no {FOLDER}/agents.toml in {start} or above", "make one with: crewtui init")


def _sha256(data: bytes) -> str:
    """As ``hashlib`` has it, without the 3 ms of each command in which that loads OpenSSL."""
    for name in ("_sha2", "_sha256"):  # since Python 3.12, and before
        try:
            return str(import_module(name).sha256(data).hexdigest())
        except ImportError:
            continue
    return str(import_module("hashlib").sha256(data).hexdigest())
