"""A program with the simulated agents' look and the habits of real CLIs, for tests.

``composing_program.py RECORD [collapse] [swallow] [dialog]``: shows long pastes as one mark, drops
its first paste, begins with a dialog. What it takes while it works stands in a queue of its own; a
Ctrl+C puts that back into its composer. Each text that a turn begins with is written to RECORD.
"""

import json
import os
import re
import select
import sys
import termios
import time
import tty
from pathlib import Path

from crewtui.core.simulation.keyboard import Keyboard, Typed


class Program:
    """The program on its terminal."""

    def __init__(self, record: Path, habits: set[str]):
        self._record = record
        self._habits = habits
        self._draft: list[tuple[str, str]] = []
        self._queue: list[str] = []
        self._busy_until = 0.0
        self._dialog = "dialog" in habits
        self._log: list[str] = ["a program with a composer"]

    def on_typed(self, typed: Typed) -> None:
        """A key or a paste."""
        if self._dialog:
            self._dialog = typed.key != "enter"
        elif typed.key == "enter":
            self._enter()
        elif typed.key == "clear":
            self._draft = []
        elif typed.key == "interrupt" and self._queue:
            self._draft = [(text, text) for text in ["\n".join(self._queue)]]
            self._queue, self._busy_until = [], 0.0
        elif typed.pasted and "swallow" in self._habits:
            self._habits.discard("swallow")
        elif typed.text:
            lines = typed.text.count("\n") + 1
            folds = "collapse" in self._habits and typed.pasted and lines > 1
            shown = f"[pasted {lines} lines]" if folds else typed.text
            self._draft.append((typed.text, shown))

    def _enter(self) -> None:
        text = "".join(whole for whole, _ in self._draft)
        self._draft = []
        if not text:
            return
        if self.busy:
            self._queue.append(text)
        else:
            self._begin([text])

    def _begin(self, texts: list[str]) -> None:
        for text in texts:
            with self._record.open("a") as file:
                file.write(json.dumps({"text": text}) + "\n")
            self._log.append(f"> {text.splitlines()[0][:60]}")
            found = re.search(r"work (\d+)", text)
            self._busy_until = time.monotonic() + (float(found.group(1)) if found else 0.1)

    @property
    def busy(self) -> bool:
        """Whether a turn runs."""
        return time.monotonic() < self._busy_until

    def tick(self) -> None:
        """A turn that has ended takes what is queued."""
        if self._busy_until and not self.busy:
            self._busy_until = 0.0
            if self._queue:
                queue, self._queue = self._queue, []
                self._begin(queue)

    def draw(self) -> None:
        """The whole screen."""
        rows = self._log[-12:]
        if self._dialog:
            rows = ["Choose a theme", "  dark", "  light"]
        else:
            rows = [*rows, *(f"  queued: {text[:50]}" for text in self._queue), "─" * 40]
            rows += ["⠋ working…"] if self.busy else []
            shown = "".join(shown for _, shown in self._draft).split("\n")
            rows += [f"❯ {shown[0]}", *(f"  {row}" for row in shown[1:])]
        sys.stdout.write("\x1b[H" + "\r\n".join(f"{row}\x1b[K" for row in rows) + "\x1b[J")
        sys.stdout.flush()


def main() -> None:
    """Serve the terminal for ever."""
    tty.setraw(0, termios.TCSANOW)
    sys.stdout.write("\x1b[?2004h")
    program, keyboard = Program(Path(sys.argv[1]), set(sys.argv[2:])), Keyboard()
    while True:
        program.tick()
        program.draw()
        if select.select([0], [], [], 0.05)[0]:
            for typed in keyboard.feed(os.read(0, 65536)):
                program.on_typed(typed)


if __name__ == "__main__":
    main()
