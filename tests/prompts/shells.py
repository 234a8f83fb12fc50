"""Interactive programs that keep what they took, for the rows that are played inside them."""

from typing import Any

from tests.prompts.row import DEBIAN_PYTHON, ONE_LINE, PROGRAMS, Row, Typed, heads, jsonl

BASH = ("bash", "--norc", "--noprofile", "-i")
BASH_KEEPS = (("HISTFILE", "{room}/took"), ("PROMPT_COMMAND", "history -a"))
BASH_STANDS = r"^bash-[\d.]+[#$] $|^bash-[\d.]+[#$]$"
PYTHON = (DEBIAN_PYTHON, "-q")
PYTHON_KEEPS = (
    ("PYTHONSTARTUP", str(PROGRAMS / "startup.py")),
    ("PYTHON_BASIC_REPL", "1"),
    ("PAGER", "less"),
)
PYTHON_STANDS = r"^>>> ?$"
CHAT_STANDS = r"^chat> ?$"


def in_bash(id_: str, kind: str, steps: tuple[Typed, ...], **more: Any) -> Row:
    """A row in bash, whose prompt a person has shown."""
    known: dict[str, Any] = {
        "says": "shown",
        "bodies": (ONE_LINE,),
        "takes": heads,
        "env": BASH_KEEPS,
    } | more
    return Row(id_, kind, BASH, BASH_STANDS, steps=steps, **known)


def in_python(id_: str, kind: str, steps: tuple[Typed, ...], **more: Any) -> Row:
    """A row in Python's own prompt, which a person has shown."""
    known: dict[str, Any] = {
        "says": "shown",
        "bodies": (ONE_LINE,),
        "takes": jsonl,
        "env": PYTHON_KEEPS,
    } | more
    return Row(id_, kind, PYTHON, PYTHON_STANDS, steps=steps, **known)


def in_chat(id_: str, kind: str, steps: tuple[Typed, ...], **more: Any) -> Row:
    """A row in a program with prompt_toolkit, whose prompt a person has shown."""
    known: dict[str, Any] = {"says": "shown", "bodies": (ONE_LINE,), "takes": jsonl} | more
    command = (DEBIAN_PYTHON, str(PROGRAMS / "chat.py"), "loop")
    return Row(
        id_, kind, command, CHAT_STANDS, steps=steps, needs=("python:prompt_toolkit",), **known
    )
