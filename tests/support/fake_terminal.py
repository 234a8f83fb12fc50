"""A simulated terminal with a program on it: tmux, kernel and program in one, driven by events.

It stands in at the outermost edge, for histories that no real program can be made to follow. What
the program was given is kept: ``submitted`` at its own prompt, ``answers`` to its questions,
``eaten`` by whatever else was in front.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crewtui.core.model.terminal import Facts, Reader
from crewtui.core.tmux.control import Command
from crewtui.core.tmux.parse import Reply

WIDTH, HEIGHT = 100, 40
PROMPT = "repl> "
QUESTION = "Go on? [y/N] "


@dataclass
class FakeClock:
    """Time that passes only when somebody waits."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now


@dataclass
class FakeProgram:
    """A program that reads lines at a prompt; ``kind`` is ``editor`` or ``cooked``."""

    clock: FakeClock
    kind: str
    state: str = "prompt"
    run: int = 1
    lines: list[str] = field(default_factory=list)
    typed: str = ""
    unread: str = ""
    submitted: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    eaten: list[str] = field(default_factory=list)
    printed: int = 1
    printed_at: float = 0.0
    toggles: list[tuple[int, bool]] = field(default_factory=list)
    dead: bool = False
    ended: int = 0

    @property
    def line(self) -> str:
        """What stands on the cursor's line."""
        begin = {"prompt": PROMPT, "question": QUESTION, "secret": "Password: ", "pager": ":"}
        shown = "" if self.state == "secret" else self.typed
        return begin.get(self.state, "") + shown

    def print(self, text: str) -> None:
        """The program prints a line."""
        self.lines.append(text)
        self.ended += 1
        self.printed += len(text) + 2
        self.printed_at = self.clock.now

    def toggle(self, on: bool) -> None:
        """It asks for pastes in brackets, or no longer."""
        if self.kind == "editor":
            self.printed += 8
            self.toggles.append((self.printed, on))

    def take(self, text: str) -> None:
        """Bytes come in, as the terminal gives them to whoever reads."""
        self.printed += 1
        self.printed_at = self.clock.now
        if self.state == "pager":
            self.eaten.append(text)
        elif self.state == "working":
            self.unread += text
            if self.kind == "cooked":
                self.typed += text
        else:
            self.typed += text

    def enter(self) -> None:
        """The Enter key."""
        if self.state == "pager":
            self.eaten.append("\n")
            return
        if self.state == "working":
            self.unread += "\n"
            return
        text, self.typed = self.typed, ""
        self.print((PROMPT if self.state == "prompt" else "") + text)
        if self.state == "prompt":
            self.submitted.append(text)
            self.toggle(False)
            self.go("working")
        else:
            self.answers.append(text)
            self.go("prompt")

    def go(self, state: str) -> None:
        """The program goes on to another state, and reads what was typed ahead."""
        if self.dead or state == self.state:
            return
        before, self.state = self.state, state
        self.printed += 1
        self.printed_at = self.clock.now
        if state == "prompt":
            self.toggle(True)
        elif before == "prompt":
            self.toggle(False)
        if state != "working" and self.unread:
            ahead, self.unread = self.unread, ""
            if self.kind == "cooked":
                self.typed = ""
            for part in ahead.split("\n")[:-1]:
                self.take(part)
                self.enter()
            self.take(ahead.rsplit("\n", 1)[-1])

    def person_answers(self) -> None:
        """A person clears the line and says no, or leaves the pager."""
        if self.state in ("question", "secret"):
            self.typed = "no"
            self.answers.append("a person: no")
            self.ended += 1  # their Enter
            self.typed = ""
            self.go("prompt")
        elif self.state == "pager":
            self.go("prompt")

    def die(self) -> None:
        """The process ends; what it had not read is gone."""
        self.dead, self.unread, self.typed = True, "", ""

    def start(self) -> None:
        """A new run of the program."""
        if self.dead:
            self.dead, self.run, self.state, self.typed = False, self.run + 1, "working", ""
            self.toggles = []
            self.go("prompt")

    def facts(self) -> Facts:
        """What the kernel would say."""
        raw = self.state == "pager" or (self.kind == "editor" and self.state == "prompt")
        reader = Reader(pid=100 + self.run, started="1", name="repl")
        readers: tuple[Reader, ...] = (reader,)
        if self.state == "pager":
            readers = (Reader(pid=7, started="2", name="less"),)
        elif self.state == "working" or self.dead:
            readers = ()
        return Facts(
            unread=len(self.unread),
            cooked=not raw,
            echo=not raw and self.state != "secret",
            paste=self.kind == "editor" and self.state == "prompt",
            readers=readers,
            output=self.printed,
            newlines=self.ended,
            quiet_s=max(0.0, self.clock.now - self.printed_at),
        )


class FakeEyes:
    """What ``Terminal`` is to a real pane."""

    def __init__(self, program: FakeProgram):
        self.pid = 100 + program.run
        self._program = program
        self.output = self

    @property
    def paste(self) -> bool | None:
        return self._program.facts().paste

    def toggled_since(self, mark: int) -> bool:
        after = [on for at, on in self._program.toggles if at >= mark]
        return False in after and after[-1]

    def reset_since(self, mark: int) -> bool:
        return any(not on for at, on in self._program.toggles if at >= mark)

    def modes(self) -> Facts:
        return self._program.facts().model_copy(update={"readers": None})

    async def watch(self, _pause: object) -> Facts:
        return self._program.facts()

    def close(self) -> None:
        """Nothing is held."""


class FakeLink:
    """tmux with one pane; ``before_look`` runs before each picture: there the world may change."""

    def __init__(self, program: FakeProgram, before_look: Callable[[], None]):
        self._program = program
        self._before_look = before_look
        self._buffers: dict[str, str] = {}

    async def load(self, buffer: str, body: bytes) -> None:
        self._buffers[buffer] = body.decode()

    async def run(self, commands: Sequence[Command]) -> list[Reply]:
        return [self._one(list(words)) for words in commands]

    def _one(self, words: list[str]) -> Reply:
        match words[0]:
            case "capture-pane":
                self._before_look()
                whole = "-S" in words
                return Reply(self._shown(whole), True)
            case "display-message":
                return Reply([self._format()], True)
            case "paste-buffer":
                text = self._buffers.pop(words[words.index("-b") + 1])
                self._program.take(text)
            case "send-keys":
                self._press(words[words.index("--") + 1 :])
        return Reply([], True)

    def _press(self, keys: list[str]) -> None:
        for key in keys:
            if key == "Enter":
                self._program.enter()
            elif key == "C-u" and self._program.state in ("prompt", "question"):
                self._program.typed = ""

    def _rows(self) -> list[str]:
        rows: list[str] = []
        for line in [*self._program.lines, self._program.line]:
            for part in line.split("\n"):
                rows += [part[at : at + WIDTH] for at in range(0, len(part), WIDTH)] or [""]
        return rows

    def _shown(self, whole: bool) -> list[str]:
        rows = self._rows()
        return rows if whole else (rows[-HEIGHT:] + [""] * HEIGHT)[:HEIGHT]

    def _format(self) -> str:
        rows = self._rows()
        y, x = min(len(rows), HEIGHT) - 1, len(rows[-1])
        history = max(0, len(rows) - HEIGHT)
        dead = int(self._program.dead)
        return f"{x} {y} 1 {WIDTH} {HEIGHT} 0 {history} {dead} 0 = title"
