"""Menus and other programs that draw the whole screen, and programs that do not read now."""

from pathlib import Path

from tests.prompts.hall import Hall
from tests.prompts.row import (
    BUSY,
    COVERED,
    FULL,
    QUIET,
    Row,
    Typed,
    bash,
    gone,
    holds,
    jsonl,
    script,
)

WHOLE = f"{COVERED}|asks|question|where one types|raw|pastes|menu"


def _nothing(room: Path) -> bool:
    path = room / "took"
    return not path.exists() or path.read_text() == ""


def menu(code: str) -> tuple[str, ...]:
    """A menu that writes its choice to ``took``, with how it ended in ``ended``."""
    return bash(f"{code} 2> took; echo $? > ended")


ROWS = (
    Row("dialog-yesno", FULL, menu("dialog --yesno 'Delete?' 7 40"), "Delete", needs=("dialog",),
        held=WHOLE, untouched=gone("ended"), answer=(Typed("n", ()), Typed()), answered=holds("ended", "1\n")),
    Row("dialog-menu", FULL, menu("dialog --menu Choose 12 40 3 1 wipe 2 keep"), "keep",
        needs=("dialog",), held=WHOLE, untouched=gone("ended"), answer=(Typed("2"),),
        answered=lambda room: (room / "took").read_text().endswith("2")),
    Row("dialog-inputbox", FULL, menu("dialog --inputbox Name 8 40"), "Name", needs=("dialog",),
        held=WHOLE, untouched=gone("ended"), answer=(Typed("me"),),
        answered=lambda room: (room / "took").read_text().endswith("me")),
    Row("whiptail-yesno", FULL, menu("whiptail --yesno 'Delete?' 8 40"), "Delete",
        needs=("whiptail",), held=WHOLE, untouched=gone("ended"),
        answer=(Typed("", ("Tab", "Enter")),), answered=holds("ended", "1\n")),
    Row("whiptail-inputbox", FULL, menu("whiptail --inputbox Name 8 40"), "Name",
        needs=("whiptail",), held=WHOLE, untouched=gone("ended"), answer=(Typed("me"),),
        answered=lambda room: (room / "took").read_text().endswith("me")),
    Row("fzf", FULL, bash("printf 'wipe\\nkeep\\n' | fzf > took"), r"^> *$|2/2", needs=("fzf",),
        held=WHOLE, untouched=_nothing, answer=(Typed("keep"),), answered=holds("took", "keep\n")),
    Row("fzf-below-the-prompt", FULL, bash("printf 'wipe\\nkeep\\n' | fzf --height 5 > took"), "2/2",
        needs=("fzf",), held=WHOLE, untouched=_nothing, answer=(Typed("keep"),),
        answered=holds("took", "keep\n")),
    Row("top", FULL, bash("top; touch ended"), "PID", needs=("top",), env=(("TERM", "screen"),),
        held=WHOLE, untouched=gone("ended"), answer=(Typed("q", ()),),
        answered=lambda room: (room / "ended").exists()),
    Row("watch", FULL, bash("watch -n 60 date; touch ended"), "Every 60", needs=("watch",),
        held=f"{WHOLE}|{BUSY}", untouched=gone("ended"), answer=(Typed("", ("C-c",)),),
        answered=lambda room: True),
    Row("raw-keys", FULL, script("raw.py", "> "), "^>", held=WHOLE, untouched=gone("took"),
        answer=(Typed("q", ()),), answered=holds("took", "q")),
    Row("prompts-before-it-reads", QUIET, script("slow.py", "> "), "^>", held=BUSY,
        takes=jsonl, untouched=gone("took"), answer=()),
    Row("starts-without-a-word", QUIET, script("slow.py", ""), "", held=BUSY, takes=jsonl,
        untouched=gone("took")),
    Row("sleeps", QUIET, bash("echo ready; echo -n '$ '; exec sleep 600"), r"^\$", held=BUSY),
    Row("prints-for-ever", QUIET, bash("while sleep 0.05; do echo line; done"), "line", held=BUSY),
    Row("computes", QUIET, bash("echo -n '> '; while :; do sleep 0.5; done"), "^>", held=BUSY),
    Row("reads-from-elsewhere", QUIET, bash("mkfifo pipe; echo -n '> '; exec cat pipe"), "^>", held=BUSY),
    Row("stopped", QUIET, bash("set -m; cat > took & sleep 0.3; kill -STOP $!; echo -n '> '; wait"),
        "^>", held=BUSY, untouched=_nothing),
)


def test_a_full_screen_or_one_that_does_not_read_gets_no_message(row: Row, hall: Hall) -> None:
    hall.result(row)
