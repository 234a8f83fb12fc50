"""The life of tmux sessions on a server of crewtui's own, through libtmux.

Names are slugs and targets are ids: tmux runs ``#(...)`` found in names, and ``-t coder`` would
match ``coder-2``. The user's tmux configuration is not read.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import libtmux

from crewtui.core.model.errors import TmuxError

_PANE = (
    "#{pane_id}|#{pane_pid}|#{window_id}|#{session_name}|#{pane_dead}|#{pane_tty}|#{@crewtui_run}"
)
_OPTIONS: tuple[tuple[str, ...], ...] = (
    ("set-option", "-s", "escape-time", "10"),
    ("set-option", "-s", "exit-empty", "off"),
    ("set-option", "-g", "remain-on-exit", "on"),
    ("set-option", "-gq", "remain-on-exit-format", ""),  # its line would scroll the last words away
    ("set-option", "-g", "status", "off"),
    ("set-option", "-g", "mouse", "on"),
    ("set-option", "-g", "default-terminal", "tmux-256color"),
    ("set-option", "-g", "allow-rename", "off"),
    ("set-option", "-g", "automatic-rename", "off"),
    ("set-option", "-g", "detach-on-destroy", "on"),
    ("bind-key", "-n", "C-\\", "detach-client"),
)


REVIVE_S = 2.0
"""So long a server may take to make its socket again, in seconds."""


@dataclass(frozen=True, slots=True)
class Pane:
    """A pane on the server; ``run`` is the mark of the run that it was started for."""

    id: str
    pid: int
    window: str
    session: str
    dead: bool
    run: str
    tty: str = ""


class TmuxServer:
    """One tmux server by its socket name; its calls block for some milliseconds each."""

    def __init__(self, socket_name: str):
        self.socket_name = socket_name
        self._server = libtmux.Server(socket_name=socket_name, config_file="/dev/null")
        self.process = 0
        """The server's process, once it was asked for it."""

    @property
    def base(self) -> list[str]:
        """The words that start every ``tmux`` call to this server."""
        return [shutil.which("tmux") or "tmux", "-u", "-L", self.socket_name, "-f", "/dev/null"]

    def cmd(self, *words: str) -> list[str]:
        """Run one tmux command and return its lines; raises ``TmuxError``."""
        try:
            done = self._server.cmd(*words)
        except (libtmux.exc.LibTmuxException, OSError) as error:
            raise TmuxError(f"tmux: {error}", "see: crewtui doctor") from None
        if done.returncode:
            raise TmuxError(f"tmux {words[0]}: {' '.join(done.stderr) or 'failed'}")
        return list(done.stdout)

    def alive(self) -> bool:
        """Whether the server answers."""
        try:
            return bool(self._server.is_alive())
        except (libtmux.exc.LibTmuxException, OSError):
            return False

    @property
    def socket_path(self) -> Path:
        """Where tmux keeps the socket of that name."""
        base = Path(os.environ.get("TMUX_TMPDIR") or "/tmp")
        return base / f"tmux-{os.getuid()}" / self.socket_name

    def revive(self) -> bool:
        """Have a server that lives without its socket's file make that again; whether it did.

        Starting another one in its place would leave the agents of the first to themselves.
        """
        if self.process == 0 or self.socket_path.exists():
            return False
        self.socket_path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            os.kill(self.process, signal.SIGUSR1)
        except ProcessLookupError:
            return False
        deadline = time.monotonic() + REVIVE_S
        while not self.socket_path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.socket_path.exists()

    def start(self, hub: str, history_lines: int) -> None:
        """Make sure that the server runs and has the project's hidden hub session."""
        self.revive()
        if not (self.alive() and self.session_exists(hub)):
            self._create(hub, history_lines)
        found = self.pid()
        self.process = found[0] if found else 0

    def _create(self, hub: str, history_lines: int) -> None:
        create = ("new-session", "-d", "-s", hub, "-x", "200", "-y", "50")
        self.cmd(*create, "--", "tail", "-f", "/dev/null")
        for option in _OPTIONS:
            self.cmd(*option)
        self.cmd("set-option", "-g", "history-limit", str(history_lines))

    def session_exists(self, name: str) -> bool:
        """Whether there is a session of exactly that name."""
        try:
            self.cmd("has-session", "-t", f"={name}")
        except TmuxError:
            return False
        return True

    def panes(self) -> list[Pane]:
        """Every pane of the server, linked windows once."""
        found: dict[str, Pane] = {}
        for line in self.cmd("list-panes", "-a", "-F", _PANE):
            fields = line.split("|")
            if len(fields) == 7:
                id_, pid, window, session, dead, tty, run = fields
                if id_ not in found or session.endswith("-hub") is False:
                    found[id_] = Pane(id_, int(pid or 0), window, session, dead == "1", run, tty)
        return list(found.values())

    def session_owner(self, name: str) -> str | None:
        """The key of the project that made the session; none if there is no such session."""
        if not self.session_exists(name):
            return None
        return "".join(self.cmd("show-options", "-v", "-t", f"={name}:", "@crewtui_project"))

    def owned(self, key: str) -> list[str]:
        """The sessions that a project made, by its key; none where no server runs."""
        try:
            lines = self.cmd("list-sessions", "-F", "#{@crewtui_project}\t#{session_name}")
        except TmuxError:
            return []
        return [name for owner, _, name in (x.partition("\t") for x in lines) if owner == key]

    def pid(self) -> list[int]:
        """The server's own process; none where no server runs."""
        try:
            return [int(line) for line in self.cmd("display-message", "-p", "#{pid}")]
        except (TmuxError, ValueError):
            return []

    def spawn(
        self, session: str, argv: Sequence[str], run: str, size: tuple[int, int], owner: str
    ) -> Pane:
        """Start a program in a session of its own; ``run`` marks the pane for adoption."""
        width, height = size
        create = ("new-session", "-d", "-s", session, "-x", str(width), "-y", str(height))
        mark = (";", "set-option", "-p", "-t", f"={session}:", "@crewtui_run", run)
        owned = (";", "set-option", "-t", f"={session}:", "@crewtui_project", owner)
        line = self.cmd(*create, "-P", "-F", _PANE, "--", *argv, *mark, *owned)[0]
        return self._fresh(line, run)

    def split(self, session: str, argv: Sequence[str], run: str, layout: str) -> Pane:
        """Start a program in a further pane of a session that exists."""
        target = ("split-window", "-d", "-t", f"={session}:", "-P", "-F", _PANE)
        line = self.cmd(*target, "--", *argv)[0]
        pane = self._fresh(line, run)
        self.cmd("set-option", "-p", "-t", pane.id, "@crewtui_run", run)
        self.cmd("select-layout", "-t", pane.window, layout)
        return pane

    def respawn(self, pane: str, argv: Sequence[str], run: str) -> Pane:
        """Start a program again in a pane that exists; what ran there is killed."""
        mark = ("set-option", "-p", "-t", pane, "@crewtui_run", run, ";")
        self.cmd(*mark, "respawn-pane", "-k", "-t", pane, "--", *argv)
        return self._fresh(self.cmd("display-message", "-p", "-t", pane, _PANE)[0], run)

    def show_in_hub(self, pane: Pane, hub: str) -> None:
        """Link the pane's window into the hub, so that one control client hears all output."""
        self.cmd("set-option", "-w", "-t", pane.window, "window-size", "manual")
        linked = self.cmd("list-windows", "-t", f"={hub}", "-F", "#{window_id}")
        if pane.window not in linked:
            self.cmd("link-window", "-d", "-s", pane.window, "-t", f"={hub}:")

    def kill_session(self, name: str) -> None:
        """End a session with everything in it; one that is gone is no error."""
        try:
            windows = self.cmd("list-windows", "-t", f"={name}", "-F", "#{window_id}")
            for window in windows:
                self.cmd("kill-window", "-t", window)
        except TmuxError:
            return

    def kill_pane(self, pane: str) -> None:
        """End one pane; one that is gone is no error."""
        try:
            self.cmd("kill-pane", "-t", pane)
        except TmuxError:
            return

    def close_if_unused(self) -> None:
        """Kill the server when no session is left, and wait until its socket is gone."""
        if self.alive() and not self.cmd("list-sessions", "-F", "#{session_name}"):
            self.kill()

    def kill(self) -> None:
        """Kill the server, and wait at most two seconds until it stopped answering."""
        subprocess.run([*self.base, "kill-server"], capture_output=True, check=False, timeout=5)
        deadline = time.monotonic() + 2
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.01)

    @staticmethod
    def _fresh(line: str, run: str) -> Pane:
        id_, pid, window, session, _dead, tty, _run = line.split("|")
        return Pane(id_, int(pid), window, session, False, run, tty)


def tmux_version() -> tuple[int, int] | None:
    """The version of the tmux on PATH; none if there is no tmux."""
    program = shutil.which("tmux")
    if program is None:
        return None
    text = subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stdout
    digits = "".join(c if c.isdigit() or c == "." else " " for c in text).split()
    major, _, minor = (digits[0] if digits else "0.0").partition(".")
    return int(major or 0), int(minor.rstrip(".") or 0)
