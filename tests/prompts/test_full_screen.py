"""Menus and other programs that draw the whole screen, and programs that do not read now."""

from tests.prompts.hall import Hall
from tests.prompts.row import (
    BUSY,
    COVERED,
    FULL,
    QUIET,
    Row,
    Typed,
    bash,
    empty,
    gone,
    holds,
    script,
)


def menu(code: str) -> tuple[str, ...]:
    """A menu that writes its choice to ``took``, with how it ended in ``ended``."""
    return bash(f"{code} 2> took; echo $? > ended")


WAITS = "until [ -e go ]; do :; sleep 0.1; done"


def _late(
    id_: str,
    command: tuple[str, ...],
    stands: str,
    took: str = "mine\n",
    go: Typed = Typed(does="touch go"),  # noqa: B008
) -> Row:
    """A program that reads only later: then a person's line is the first that it gets."""
    return Row(
        id_,
        QUIET,
        command,
        stands,
        held=BUSY,
        untouched=empty("took"),
        answer=(go, Typed("mine")),
        answered=holds("took", took),
    )


ROWS = (
    Row(
        "dialog-yesno",
        FULL,
        menu("dialog --yesno 'Delete?' 7 40"),
        "Delete",
        needs=("dialog",),
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("n", ()), Typed()),
        answered=holds("ended", "1\n"),
    ),
    Row(
        "dialog-menu",
        FULL,
        menu("dialog --menu Choose 12 40 3 1 wipe 2 keep"),
        "keep",
        needs=("dialog",),
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("2"),),
        answered=lambda room: (room / "took").read_text().endswith("2"),
    ),
    Row(
        "dialog-inputbox",
        FULL,
        menu("dialog --inputbox Name 8 40"),
        "Name",
        needs=("dialog",),
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("me"),),
        answered=lambda room: (room / "took").read_text().endswith("me"),
    ),
    Row(
        "whiptail-yesno",
        FULL,
        menu("whiptail --yesno 'Delete?' 8 40"),
        "Delete",
        needs=("whiptail",),
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("", ("Tab", "Enter")),),
        answered=holds("ended", "1\n"),
    ),
    Row(
        "whiptail-inputbox",
        FULL,
        menu("whiptail --inputbox Name 8 40"),
        "Name",
        needs=("whiptail",),
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("me"),),
        answered=lambda room: (room / "took").read_text().endswith("me"),
    ),
    Row(
        "fzf",
        FULL,
        bash("printf 'keep\\nkeep\\n' | fzf > took"),
        r"^> *$|2/2",
        needs=("fzf",),
        held=COVERED,
        untouched=empty("took"),
        answer=(Typed("keep"),),
        answered=holds("took", "keep\n"),
    ),
    Row(
        "fzf-below-the-prompt",
        FULL,
        bash("printf 'keep\\nkeep\\n' | fzf --height 5 > took"),
        "2/2",
        needs=("fzf",),
        held=COVERED,
        untouched=empty("took"),
        answer=(Typed("keep"),),
        answered=holds("took", "keep\n"),
    ),
    Row(
        "top",
        FULL,
        bash("top; touch ended"),
        "PID",
        needs=("top",),
        env=(("TERM", "screen"),),
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("q", ()),),
        answered=lambda room: (room / "ended").exists(),
    ),
    Row(
        "watch",
        FULL,
        bash("watch -n 60 date; touch ended"),
        "Every 60",
        needs=("watch",),
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("", ("C-c",)),),
        answered=lambda room: True,
    ),
    Row(
        "raw-keys",
        FULL,
        script("raw.py", "> "),
        "^>",
        held=COVERED,
        untouched=gone("took"),
        answer=(Typed("q", ()),),
        answered=holds("took", "q"),
    ),
    _late("prompts-before-it-reads", script("slow.py", "> "), "^>", '"mine"\n'),
    _late("starts-without-a-word", script("slow.py", ""), "", '"mine"\n'),
    _late("sleeps", bash(f"echo -n '$ '; {WAITS}; head -n1 > took"), r"^\$"),
    _late("prints-for-ever", bash(f"{WAITS.replace(':', 'echo line')}; head -n1 > took"), "^line"),
    _late("asks-after-a-while", bash(f"{WAITS}; read -rp 'Sure? ' a; echo $a > took"), ""),
    _late(
        "reads-from-elsewhere",
        bash("mkfifo p; echo -n '> '; cat p; head -n1 > took"),
        "^>",
        go=Typed(does="echo > p"),
    ),
    Row(
        "stopped",
        QUIET,
        bash("bash -c 'echo $$ > pid; exec head -n1 > took'; touch ended"),
        "",
        held=BUSY,
        steps=(Typed(does="until [ -s pid ]; do sleep 0.1; done; kill -STOP $(cat pid)"),),
        untouched=empty("took"),
        answer=(Typed(does="kill -CONT $(cat pid)"), Typed("mine")),
        answered=holds("took", "mine\n"),
    ),
)


def test_a_full_screen_or_one_that_does_not_read_gets_no_message(row: Row, hall: Hall) -> None:
    hall.result(row)
