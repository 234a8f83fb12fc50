"""Pagers and editors take a text as keys: nothing is typed into any."""

from pathlib import Path

from tests.prompts.hall import Hall
from tests.prompts.row import COVERED, PAGER, Row, Typed, bash, both, gone, holds, there

LONG = "seq 500 > f"
GIT = (
    "git init -q . && git config user.email a@b && git config user.name a "
    "&& for n in $(seq 12); do echo $n > f; git add f; git commit -qm $n; done"
)
QUIT = (Typed("q", ()),)


def _ended(room: Path) -> bool:
    return (room / "ended").exists()


def then(code: str) -> tuple[str, ...]:
    """The program, and a file when it has ended."""
    return bash(f"{code}; touch ended")


def _commits(room: Path) -> int:
    return len((room / ".git" / "logs" / "HEAD").read_text().splitlines())


ROWS = (
    Row(
        "less",
        PAGER,
        then("less f"),
        r"^f",
        needs=("less",),
        setup=LONG,
        held=COVERED,
        untouched=gone("ended"),
        answer=QUIT,
        answered=_ended,
    ),
    Row(
        "less-X",
        PAGER,
        then("less -X f"),
        r"^f",
        needs=("less",),
        setup=LONG,
        held=COVERED,
        untouched=gone("ended"),
        answer=QUIT,
        answered=_ended,
    ),
    Row(
        "less-at-the-end",
        PAGER,
        then("less f"),
        r"\(END\)",
        needs=("less",),
        setup="echo 1 > f",
        held=COVERED,
        untouched=gone("ended"),
        answer=QUIT,
        answered=_ended,
    ),
    Row(
        "less-searching",
        PAGER,
        then("less f"),
        r"^f",
        needs=("less",),
        setup=LONG,
        steps=(Typed("/", (), shows=r"^/"),),
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("", ("C-c",), shows="^: ?$"), Typed("q", ())),
        answered=_ended,
    ),
    Row(
        "less-with-pastes-left-on",
        PAGER,
        then(r"printf '\033[?2004h'; less -X f"),
        r"^f",
        needs=("less",),
        setup=LONG,
        held=COVERED,
        untouched=gone("ended"),
        answer=QUIT,
        answered=_ended,
    ),
    Row(
        "more",
        PAGER,
        then("more f"),
        "--More--",
        needs=("more",),
        setup=LONG,
        held=COVERED,
        untouched=gone("ended"),
        answer=QUIT,
        answered=_ended,
    ),
    Row(
        "git-log",
        PAGER,
        then("git log"),
        "^commit",
        setup=GIT,
        held=COVERED,
        untouched=gone("ended"),
        answer=QUIT,
        answered=_ended,
    ),
    Row(
        "man",
        PAGER,
        then("man ./page.1"),
        "^PAGE|Manual page",
        needs=("man",),
        setup="printf '.TH PAGE 1\\n.SH NAME\\npage\\n' > page.1; for n in $(seq 99); do "
        "printf '.PP\\nline\\n' >> page.1; done",
        held=COVERED,
        untouched=gone("ended"),
        answer=QUIT,
        answered=_ended,
    ),
    Row(
        "vim",
        PAGER,
        then("vim -u NONE -n f"),
        r'"f" 1 ?[lL]',
        needs=("vim",),
        setup="echo one > f",
        held=COVERED,
        untouched=both(holds("f", "one\n"), gone("ended")),
        answer=(Typed(":wq"),),
        answered=both(_ended, holds("f", "one\n")),
    ),
    Row(
        "vim-inserting",
        PAGER,
        then("vim -u NONE -N -n --cmd 'set t_RV= t_u7= t_RF= t_RB=' +startinsert f"),
        "INSERT",
        needs=("vim",),
        setup="echo one > f",
        held=COVERED,
        untouched=both(holds("f", "one\n"), gone("ended")),
        answer=(Typed("", ("Escape",)), Typed(":wq")),
        answered=both(_ended, holds("f", "one\n")),
    ),
    Row(
        "vim-without-alternate-screen",
        PAGER,
        then("vim -u NONE -n --cmd 'set t_ti= t_te=' f"),
        r'"f" 1 ?[lL]',
        needs=("vim",),
        setup="echo one > f",
        held=COVERED,
        untouched=both(holds("f", "one\n"), gone("ended")),
        answer=(Typed(":wq"),),
        answered=both(_ended, holds("f", "one\n")),
    ),
    Row(
        "nano",
        PAGER,
        then("nano -I f"),
        "GNU nano",
        needs=("nano",),
        setup="echo one > f",
        held=COVERED,
        untouched=both(holds("f", "one\n"), gone("ended")),
        answer=(Typed("", ("C-x",)),),
        answered=both(_ended, holds("f", "one\n")),
    ),
    Row(
        "nano-on-a-poor-terminal",
        PAGER,
        then("TERM=vt220 nano -I f"),
        "GNU nano",
        needs=("nano",),
        setup="echo one > f",
        held=COVERED,
        untouched=both(holds("f", "one\n"), gone("ended")),
        answer=(Typed("", ("C-x",)),),
        answered=both(_ended, holds("f", "one\n")),
    ),
    Row(
        "git-commit",
        PAGER,
        then("git commit --allow-empty"),
        "Please enter the commit message",
        needs=("vim",),
        env=(("EDITOR", "vim -u NONE -n"),),
        setup=GIT,
        held=COVERED,
        untouched=both(gone("ended"), lambda room: _commits(room) == 12),
        answer=(Typed(":q!"),),
        answered=both(_ended, lambda room: _commits(room) == 12),
    ),
    Row(
        "git-rebase-i",
        PAGER,
        then("git rebase -i HEAD~3"),
        "^pick",
        needs=("nano",),
        env=(("EDITOR", "nano -I"),),
        setup=GIT,
        held=COVERED,
        untouched=gone("ended"),
        answer=(Typed("", ("C-x",)),),
        answered=_ended,
    ),
    Row(
        "ed",
        PAGER,
        then("ed -p '*' f"),
        r"^\*",
        needs=("ed",),
        setup="echo one > f",
        held=COVERED,
        untouched=both(holds("f", "one\n"), gone("ended")),
        answer=(Typed("wq"),),
        answered=both(_ended, holds("f", "one\n")),
    ),
    Row(
        "diff-in-a-pager",
        PAGER,
        then("git diff HEAD~9"),
        "^diff",
        setup=GIT,
        env=(("GIT_PAGER", "less -+F"),),
        needs=("less",),
        held=COVERED,
        untouched=there("f"),
        answer=QUIT,
        answered=_ended,
    ),
)


def test_a_pager_or_an_editor_gets_no_message(row: Row, hall: Hall) -> None:
    hall.result(row)
