"""Situations in which a promise was seen to break: each is marked until it holds."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.crews import RealCrew

CLAUDE_LIKE = """#!{python}
import os, signal, sys, tty
draft, log = "", []
def draw():
    rows = [*log[-5:], "", "\\u2500" * 60, "\\u276f " + draft, "\\u2500" * 60, "  ? for shortcuts"]
    at = len(rows) - 2
    text = "\\r\\n".join(rows)
    sys.stdout.write(f"\\x1b[H\\x1b[2J{{text}}\\x1b[{{at}};{{len(draft) + 3}}H")
    sys.stdout.flush()
signal.signal(signal.SIGWINCH, lambda *_: draw())
tty.setraw(0)
sys.stdout.write("\\x1b[?2004h")
draw()
while True:
    text = os.read(0, 65536).decode("utf-8", "replace")
    for key in text.replace("\\x1b[200~", "").replace("\\x1b[201~", ""):
        if key == "\\r" and os.environ.get("DEAF"):
            pass
        elif key == "\\r":
            with open("took", "a") as file:
                file.write(draft + "\\n")
            log.append("> " + draft)
            draft = ""
        elif key == ("\\x17" if os.environ.get("DEAF") else "\\x15"):
            draft = ""
        elif key >= " ":
            draft += key
    draw()
"""


def resting(crew: RealCrew, spec: dict[str, Any]) -> None:
    """One agent, idle, that a person can type into."""
    crew.write({"x": spec}, duplicate_window_s=0)
    crew.up()
    crew.until_state("x", "idle")


def screen(crew: RealCrew) -> str:
    return crew.tmux("capture-pane", "-p", "-t", crew.agent("x")["pane"])


def draft(crew: RealCrew, text: str, shows: str) -> None:
    """A person types and does not press Enter."""
    crew.tmux("send-keys", "-t", crew.agent("x")["pane"], "-l", "--", text)
    crew.until(lambda: shows in screen(crew).replace("\n", ""))


def tried(crew: RealCrew) -> str:
    """What became of the only message, once the courier has looked at it."""
    crew.until(lambda: [m for m in crew.messages() if m["state"] in ("delivered", "held")])
    until = time.monotonic() + 4
    while time.monotonic() < until and crew.messages()[0]["state"] != "delivered":
        crew.until(lambda: True)
    return str(crew.messages()[0]["state"])


@pytest.mark.parametrize(
    ("adapter", "words"),
    [("claude", "see [Pasted text #1] and"), ("copilot", "make the [Paste] button blue and")],
)
def test_a_draft_with_a_collapsed_paste_in_it_is_a_persons(
    adapter: str, words: str, crew: RealCrew
) -> None:
    program = crew.project.root / "program"
    program.write_text(CLAUDE_LIKE.format(python=sys.executable))
    program.chmod(0o755)
    resting(crew, {"command": [str(program)], "adapter": adapter, "signals": False})
    draft(crew, words, words)
    crew.send("x", "IMPORTANT", sender="b")
    assert tried(crew) == "held"
    assert not (crew.project.root / "took").exists()


def test_two_senders_may_number_their_messages_alike(crew: RealCrew) -> None:
    resting(crew, {"command": "cat", "adapter": "lines"})
    for name, sender in (("1.json", "a"), ("2.json", "b")):
        text = {"from": sender, "id": "1", "body": f"from {sender}"}
        crew.drop("x", name, json.dumps(text).encode())
        crew.until(lambda: crew.messages(sender=sender))  # noqa: B023
    crew.until(lambda: not crew.messages(state="queued") and not crew.messages(state="pasting"))
    assert not crew.messages(state="duplicate")


@pytest.mark.parametrize("shell", [["bash", "--norc", "-i"], ["dash", "-i"]])
def test_a_persons_command_that_wraps_is_never_run(shell: list[str], crew: RealCrew) -> None:
    resting(crew, {"command": shell})
    draft(crew, "touch ran; echo " + "x" * 140 + " 100%", "x 100%")
    crew.send("x", "look", sender="b")
    assert tried(crew) == "held"
    assert not (crew.project.root / "ran").exists()


def test_a_question_of_the_shell_itself_is_not_answered(crew: RealCrew) -> None:
    resting(crew, {"command": ["bash", "--norc", "-i"]})
    draft(crew, "read -e -p 'Delete everything? > ' a; echo $a > answered", "answered")
    crew.tmux("send-keys", "-t", crew.agent("x")["pane"], "Enter")
    crew.until(lambda: screen(crew).rstrip().endswith("Delete everything? >"))
    crew.send("x", "look", sender="b")
    assert tried(crew) == "held"
    assert not (crew.project.root / "answered").exists()


def test_a_question_above_an_empty_line_that_was_shown_is_not_answered(
    crew: RealCrew, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "print('Type away:')\ninput()\nprint('Really delete all your files? [y/n]')\n"
        "text = input()\nopen('answered', 'w').write(text)\ninput()\n"
    )
    crew.write({"x": {"command": [sys.executable, str(program)]}}, duplicate_window_s=0)
    crew.up()
    asked = crew.until(lambda: crew.agent("x")["approval"])
    assert crew.run("approve", asked["id"]).returncode == 0
    crew.send("x", "first", sender="b")
    crew.until(lambda: "Really delete" in screen(crew))
    crew.send("x", "second", sender="b")
    crew.until(lambda: [m for m in crew.messages() if m["state"] == "held"], 6)
    assert not (crew.project.root / "answered").exists()


def test_a_text_that_a_person_has_cleared_was_not_taken(crew: RealCrew) -> None:
    program = crew.project.root / "program"
    program.write_text(CLAUDE_LIKE.format(python=sys.executable))
    program.chmod(0o755)
    spec = {"command": [str(program)], "adapter": "claude", "signals": False}
    resting(crew, spec | {"env": {"DEAF": "1"}})
    crew.send("x", "IMPORTANT", sender="b")
    crew.until(lambda: crew.events("message.stuck"), 40)
    crew.tmux("send-keys", "-t", crew.agent("x")["pane"], "C-w")
    crew.until(lambda: len(crew.events("message.pasting")) > 1, 8)


def test_an_enter_that_brings_up_a_question_has_not_submitted(
    crew: RealCrew, tmp_path: Path
) -> None:
    program = tmp_path / "program"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, sys, tty\n"
        "tty.setraw(0)\n"
        "draft, asks = '', False\n"
        "while True:\n"
        "    foot = '? Update now?  [y] yes  [n] no' if asks else '\u276f ' + draft\n"
        "    sys.stdout.write('\\x1b[?2004h\\x1b[H\\x1b[2J' + foot)\n"
        "    sys.stdout.flush()\n"
        "    text = os.read(0, 65536).decode()\n"
        "    for key in text.replace('\\x1b[200~', '').replace('\\x1b[201~', ''):\n"
        "        if asks:\n"
        "            asks = key not in 'yn'\n"
        "        elif key == '\\r':\n"
        "            asks = True\n"
        "        elif key >= ' ':\n"
        "            draft += key\n"
    )
    program.chmod(0o755)
    resting(crew, {"command": [str(program)], "adapter": "simulated"})
    crew.send("x", "look", sender="b")
    crew.until_state("x", "asking")
    crew.until(lambda: crew.messages()[0]["state"] != "pasting")
    assert crew.messages()[0]["state"] != "delivered"
