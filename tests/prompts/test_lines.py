"""Programs said to take any line: yet no question, no secret, no other program gets one."""

from typing import Any

from tests.prompts.hall import Hall
from tests.prompts.row import (
    BODIES,
    BUSY,
    CHILD,
    FRONT,
    HIDDEN,
    LINES,
    ONE_KEY,
    ONE_LINE,
    PAGER,
    QUESTION,
    QUIET,
    REFUSED,
    SECRET,
    Row,
    Typed,
    bash,
    empty,
    gone,
    heads,
    holds,
    jsonl,
    script,
    there,
)
from tests.prompts.shells import (
    BASH,
    BASH_KEEPS,
    BASH_STANDS,
    PYTHON,
    PYTHON_KEEPS,
    PYTHON_STANDS,
)

ASKED = "agent asks"
LOOP = """while IFS= read -rp "$1" line; do
  case $line in "[from"*) echo "$line" >> took;; *) eval "$line";; esac
done"""


def loop(prompt: str = "mail: ") -> tuple[str, ...]:
    """A loop that keeps our lines and runs a person's."""
    return ("bash", "-c", LOOP, "loop", prompt)


def in_loop(id_: str, kind: str, line: str, shows: str, held: str, **more: Any) -> Row:
    """A row in that loop, of which it is said that any line is mail."""
    known: dict[str, Any] = {"bodies": (ONE_LINE,), "takes": heads, "later": True} | more
    return Row(
        id_,
        kind,
        loop(),
        "^mail:",
        says="lines",
        held=held,
        steps=(Typed(line, shows=shows),),
        **known,
    )


def _question(id_: str, prompt: str, answer: str = "n") -> Row:
    return Row(
        id_,
        QUESTION,
        script("ask.py", prompt),
        "",
        says="lines",
        held=ASKED,
        untouched=gone("took"),
        answer=(Typed(answer),),
        answered=holds("took", f'"{answer}"\n'),
    )


def refused(id_: str, command: tuple[str, ...], stands: str, **more: Any) -> Row:
    """A row whose prompt a person has called no place to type."""
    return Row(
        id_,
        REFUSED,
        command,
        stands,
        says="never",
        held="a person has said that nothing is typed here",
        **more,
    )


ROWS = (
    Row("loop-with-prompt", LINES, loop(), "^mail:", says="lines", takes=heads, bodies=BODIES),
    Row(
        "python-lines",
        LINES,
        script("lines.py", "> "),
        "^>",
        says="lines",
        takes=jsonl,
        bodies=BODIES,
    ),
    Row(
        "python-lines-without-prompt",
        LINES,
        script("lines.py", ""),
        "",
        says="lines",
        takes=jsonl,
        bodies=BODIES[:4],
    ),
    Row("tee-lines", LINES, ("tee", "took"), "", says="lines", takes=heads, bodies=BODIES),
    Row(
        "cat-lines",
        LINES,
        bash("exec cat > took"),
        "",
        says="lines",
        takes=heads,
        bodies=BODIES[:4],
    ),
    _question("lines-yes-no", "Delete all? [y/N] "),
    _question("lines-proceed", "Ok to proceed? (y) "),
    _question("lines-letters", "Stage this hunk [y,n,q,a,d,e,?]? "),
    _question("lines-always", "Run it (y/n/always): "),
    _question("lines-enter", "Press Enter to continue"),
    _question("lines-number", "#? "),
    _question("lines-password-shown", "Password: ", "pw"),
    _question(
        "lines-sure", "Are you sure you want to continue connecting (yes/no/[fingerprint])? "
    ),
    Row(
        "lines-secret",
        SECRET,
        script("secret.py", "Password: "),
        "Password",
        says="lines",
        held=HIDDEN,
        untouched=gone("took"),
        answer=(Typed("pw"),),
        answered=holds("took", '"pw"\n'),
    ),
    Row(
        "lines-key",
        ONE_KEY,
        script("key.py", "[a]bort, [r]etry? "),
        r"\[r\]etry",
        says="lines",
        held="agent asks",
        untouched=gone("took"),
        answer=(Typed("a", ()),),
        answered=holds("took", "a"),
    ),
    Row(
        "lines-less",
        PAGER,
        bash("less f; touch ended"),
        "^f",
        says="lines",
        setup="seq 500 > f",
        held=FRONT,
        untouched=gone("ended"),
        answer=(Typed("q", ()),),
        answered=lambda room: (room / "ended").exists(),
    ),
    Row(
        "lines-vim",
        PAGER,
        bash("vim -u NONE -n f"),
        '"f" 1',
        says="lines",
        needs=("vim",),
        setup="echo one > f",
        held=FRONT,
        untouched=holds("f", "one\n"),
        answer=(Typed(":q"),),
    ),
    Row(
        "lines-slow",
        QUIET,
        script("slow.py", "mail: "),
        "^mail:",
        says="lines",
        held=BUSY,
        takes=jsonl,
        bodies=(ONE_LINE,),
        answer=(Typed(does="touch go"),),
        later=True,
    ),
    in_loop(
        "loop-rm-i",
        CHILD,
        "rm -i f",
        "remove",
        "rm is in front",
        setup="touch f",
        untouched=there("f"),
        answer=(Typed("y"),),
        answered=gone("f"),
    ),
    in_loop(
        "loop-less", PAGER, "less f", "^f", FRONT, setup="seq 500 > f", answer=(Typed("q", ()),)
    ),
    in_loop(
        "loop-secret",
        SECRET,
        "read -rsp 'Token: ' t; echo; echo $t > asked",
        "^Token",
        HIDDEN,
        untouched=gone("asked"),
        answer=(Typed("pw"),),
        answered=holds("asked", "pw\n"),
    ),
    in_loop(
        "loop-key",
        ONE_KEY,
        "read -rn1 -p 'Sure ' t; echo; echo $t > asked",
        "^Sure",
        "it takes single keys",
        untouched=gone("asked"),
        answer=(Typed("n", ()),),
        answered=holds("asked", "n\n"),
    ),
    in_loop(
        "loop-child-with-the-same-prompt",
        CHILD,
        "cat > asked",
        "cat > asked",
        "cat is in front",
        untouched=empty("asked"),
        answer=(Typed("n"), Typed("", ("C-d",))),
        answered=holds("asked", "n\n"),
    ),
    in_loop(
        "loop-sleep",
        QUIET,
        "while [ ! -e go ]; do sleep 0.1; done",
        "sleep 0.1",
        BUSY,
        answer=(Typed(does="touch go"),),
    ),
    refused("bash-refused", BASH, BASH_STANDS, env=BASH_KEEPS, takes=heads),
    refused("python-refused", PYTHON, PYTHON_STANDS, env=PYTHON_KEEPS, takes=jsonl),
    refused(
        "menu-refused",
        script("ask.py", "1) wipe\n2) keep\n> "),
        "^>",
        untouched=gone("took"),
        answer=(Typed("2"),),
        answered=holds("took", '"2"\n'),
    ),
    Row(
        "composer-and-a-question",
        QUESTION,
        script("ask.py", "Wipe? [y/N] "),
        "Wipe",
        says="^> $",
        held="agent asks",
        untouched=gone("took"),
        answer=(Typed("n"),),
        answered=holds("took", '"n"\n'),
    ),
    Row(
        "composer-and-a-secret",
        SECRET,
        script("secret.py", "> "),
        "^>",
        says="^> $",
        held=HIDDEN,
        untouched=gone("took"),
        answer=(Typed("pw"),),
        answered=holds("took", '"pw"\n'),
    ),
    Row("composer-and-sleep", QUIET, bash("echo -n '> '; sleep 600"), "^>", says="^> $", held=BUSY),
    Row(
        "composer-and-another-program",
        CHILD,
        BASH,
        BASH_STANDS,
        says=r"^bash-[\d.]+[#$] $",
        env=BASH_KEEPS,
        takes=heads,
        bodies=(ONE_LINE,),
        steps=(Typed('clear; printf %s "${PS1@P}"; head -n1 > asked', shows=r"\Abash-[\d.]+[#$]"),),
        held="head is in front",
        untouched=empty("asked"),
        answer=(Typed("n"),),
        answered=holds("asked", "n\n"),
        later=True,
    ),
    Row(
        "composer-and-less",
        PAGER,
        BASH,
        BASH_STANDS,
        says=r"^bash-[\d.]+[#$] $|^:$",
        env=BASH_KEEPS,
        takes=heads,
        bodies=(ONE_LINE,),
        setup="seq 500 > f",
        steps=(Typed("less f; clear", shows="^f"), Typed("", ("Down",), shows="^:")),
        held=FRONT,
        answer=(Typed("q", ()),),
        later=True,
    ),
)


def test_no_line_is_typed_where_it_would_answer(row: Row, hall: Hall) -> None:
    hall.result(row)
