"""A simulated agent: a terminal program that looks and behaves like an agent CLI, without a model.

It has a composer, takes pastes in brackets, shows a spinner while it works, asks permission
questions that Enter would approve, answers by ``crewtui send``, and crashes when told to.
"""

import argparse
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
import tty
from collections import deque
from contextlib import suppress
from pathlib import Path

from crewtui.core.model.errors import CrewtuiError
from crewtui.core.simulation.keyboard import Keyboard, Typed
from crewtui.core.simulation.script import Script, Step, load_script

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
TICK_S = 0.12
DIM, BOLD, CYAN, YELLOW, GREEN, RESET = (
    f"\x1b[{code}m" for code in ("2", "1", "36", "33", "32", "0")
)


class SimulatedAgent:
    """One agent on its terminal."""

    def __init__(self, name: str, script: Script, record: Path | None):
        self.name = name
        self._script = script
        self._record = record
        self._keyboard = Keyboard()
        self._log: list[str] = [f"{BOLD}{name}{RESET} {DIM}a simulated agent{RESET}", ""]
        self._draft = ""
        self._deaf = script.deaf_enters
        self._steps: deque[Step] = deque(script.at_start)
        self._queued: deque[str] = deque()
        self._used: set[int] = set()
        self._until = time.monotonic() + script.start_s
        self._up = False
        self._question = ""
        self._work = ""
        self._limit = ""
        self._frame = 0
        self._groups: dict[str, str] = {}
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Serve the terminal until interrupted or told to exit."""
        before = termios.tcgetattr(0)
        tty.setraw(0)
        sys.stdout.write("\x1b[?2004h")
        resized, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)  # a new size is drawn at once, even while nothing is typed
        signal.signal(signal.SIGWINCH, lambda *_: None)
        try:
            while True:
                self._draw()
                ready, _, _ = select.select([0, resized], [], [], self._patience())
                if resized in ready:
                    os.read(resized, 64)
                if 0 in ready:
                    data = os.read(0, 65536)
                    if not data:
                        return
                    for typed in self._keyboard.feed(data):
                        self._on_typed(typed)
                self._advance()
        finally:
            sys.stdout.write("\x1b[?2004l\r\n")
            sys.stdout.flush()
            termios.tcsetattr(0, termios.TCSADRAIN, before)

    def _patience(self) -> float | None:
        if self._work or not self._up:
            return TICK_S
        return None if self._question or not self._steps else 0.0

    def _on_typed(self, typed: Typed) -> None:
        if not self._up:
            return
        if self._question:
            if typed.key == "enter" or (typed.text[:1].lower() in ("y", "n") and not typed.pasted):
                self._decide(typed.key == "enter" or typed.text[:1].lower() == "y")
        elif typed.key == "enter":
            self._enter()
        elif typed.key == "clear":
            self._draft = ""
        elif typed.key == "erase":
            self._draft = self._draft[:-1]
        elif typed.key in ("interrupt", "end") and not self._draft:
            sys.exit(130 if typed.key == "interrupt" else 0)
        elif typed.key == "newline":
            self._draft += "\n"
        else:
            self._draft += typed.text

    def _enter(self) -> None:
        if not self._draft.strip():
            return
        if self._deaf > 0:
            self._deaf -= 1
            return
        text, self._draft = self._draft, ""
        self._log += [f"{CYAN}> {line}{RESET}" for line in text.split("\n")]
        if self._record is not None:
            with self._record.open("a") as file:
                file.write(json.dumps({"at": time.time(), "text": text}) + "\n")  # noqa: TID251
        self._queued.append(text)

    def _decide(self, approve: bool) -> None:
        self._log.append(f"{GREEN}approved{RESET}" if approve else f"{YELLOW}denied{RESET}")
        if self._record is not None:
            with self._record.open("a") as file:
                file.write(json.dumps({"question": self._question, "approved": approve}) + "\n")
        self._question = ""

    def _advance(self) -> None:
        now = time.monotonic()
        if now < self._until or self._runs():
            self._frame += 1
            return
        self._up = True
        self._work = ""
        if self._question:
            return
        if not self._steps and self._queued:
            self._steps.extend(self._answer_to(self._queued.popleft()))
        if self._steps:
            self._do(*self._steps.popleft())

    def _answer_to(self, text: str) -> tuple[Step, ...]:
        for number, rule in enumerate(self._script.rules):
            found = rule.on.search(text) if number not in self._used else None
            if found is not None:
                pairs = enumerate(found.groups(), 1)
                self._groups = {f"MATCH_{place}": value or "" for place, value in pairs}
                if rule.once:
                    self._used.add(number)
                return rule.do
        return (("say", ("Noted.",)),)

    def _do(self, what: str, values: tuple[object, ...]) -> None:
        match what:
            case "busy":
                self._work = "working"
                self._until = time.monotonic() + float(str(values[0]))
            case "say":
                self._log.append(f"• {values[0]}")
            case "ask":
                self._question = str(values[0])
            case "limit":
                self._limit = str(values[0])
            case "send":
                self._send(*(str(value) for value in values))
            case "run":
                self._start(str(values[0]))
            case "exit":
                sys.exit(int(str(values[0])))
            case "fuse":
                self._fuse.write_text(str(values[0]))
                sys.exit(1)
            case "burn":
                self._burn()

    @property
    def _fuse(self) -> Path:
        """How many starts are still to fail: a file, since it must outlive the process."""
        folder = Path(os.environ.get("CREWTUI_PROJECT", "."))
        return folder / ".orchestrator" / "runtime" / f"{self.name}.fuse"

    def _burn(self) -> None:
        left = int(self._fuse.read_text()) if self._fuse.exists() else 0
        if left:
            self._fuse.write_text(str(left - 1))
            sys.exit(1)

    def _start(self, command: str) -> None:
        """Begin a command of the script; what a message said reaches it only as variables."""
        self._work = "working"
        self._log.append(f"{DIM}$ {command}{RESET}")
        environment = os.environ | {"SCRIPTS": str(self._script.folder)} | self._groups
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _runs(self) -> bool:
        """Whether a command still runs; what it said is shown at its end."""
        if self._process is None:
            return False
        if self._process.poll() is None:
            return True
        said, _ = self._process.communicate()
        self._log += [f"  {line[:160]}" for line in said.strip().splitlines()[-6:]]
        self._process = None
        return False

    def _send(self, to: str, topic: str, text: str) -> None:
        words = [sys.executable, "-m", "crewtui", "send", "--to", to, "--topic", topic, "--", text]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        said = (done.stdout or done.stderr).strip().split("\n")[0]
        self._log.append(f"{DIM}$ crewtui send --to {to}: {said[:60]}{RESET}")

    def _draw(self) -> None:
        width, height = shutil.get_terminal_size()
        foot = self._foot(width)
        room = max(1, height - len(foot) - 1)
        lines: list[str] = []
        for line in self._log[-room:]:
            lines.append(line if len(line) < width else line[: width + 8] + RESET)
        body = lines[-room:] + [""] * (room - len(lines))
        picture = [*body, f"{DIM}{'─' * (width - 1)}{RESET}", *foot]
        text = "\r\n".join(f"{line}\x1b[K" for line in picture[:height])
        sys.stdout.write(f"\x1b[?25l\x1b[H{text}\x1b[J\x1b[?25h")
        sys.stdout.flush()

    def _foot(self, width: int) -> list[str]:
        """The lines below the rule: composer, spinner or question; the cursor ends in the last."""
        if not self._up:
            return [f"{DIM}starting {'.' * (self._frame % 4)}{RESET}"]
        if self._question:
            return [f"? {BOLD}{self._question}{RESET}  [y] yes  [n] no"]
        if self._limit:
            return [f"! rate limit: {self._limit}"]
        rows = folded(self._draft, width - 3)
        composer = [f"{BOLD}❯{RESET} {rows[0]}", *(f"  {row}" for row in rows[1:])]
        if self._work:
            self._frame += 1
            spin = SPINNER[self._frame % len(SPINNER)]
            return [f"{YELLOW}{spin}{RESET} {self._work}…", *composer]
        return composer


def folded(draft: str, width: int) -> list[str]:
    """The draft wrapped to the width; of a long one the first two rows and the last two."""
    rows: list[str] = []
    for line in draft.split("\n"):
        rows += [line[at : at + width] for at in range(0, len(line), width)] or [""]
    if len(rows) <= 5:
        return rows
    return [*rows[:2], f"… +{len(rows) - 4} rows", *rows[-2:]]


def main() -> None:
    """Run a simulated agent: ``crewtui-simulated-agent [--record FILE] SCRIPT``."""
    parser = argparse.ArgumentParser(prog="crewtui-simulated-agent", description=main.__doc__)
    parser.add_argument("script", type=Path)
    parser.add_argument("--record", type=Path, help="append each submitted text here, as JSON")
    options = parser.parse_args()
    name = os.environ.get("CREWTUI_AGENT", "agent")
    with suppress(KeyboardInterrupt):
        try:
            SimulatedAgent(name, load_script(options.script), options.record).run()
        except CrewtuiError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
