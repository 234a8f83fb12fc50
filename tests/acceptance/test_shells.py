"""Messages to real shells: comments, whatever is in them; commands only where that is wanted."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.crews import RealCrew

HOSTILE = (
    "it's",
    'a "quote',
    "`touch ran`",
    "`",
    "$(touch ran)",
    "$(",
    "!touch ran",
    "!!",
    "say !$ and !ec",
    "cat <<EOF",
    "cat <<'EOF' \\",
    "ends in a backslash \\",
    "touch ran",
    "; touch ran ;",
    "' ; touch ran ; '",
    "\\' ; touch ran ; \\'",
    "'\\''; touch ran; '\\''",
    '" ; touch ran ; "',
    "&& touch ran",
    "| touch ran &",
    "> ran",
    "${x:-$(touch ran)",
    "((",
    "{",
    "if true; then touch ran",
    "^a^touch ran",
    "a\x00; touch ran",
    "a\r touch ran",
    "a\x04\x03touch ran",
    "\ttouch ran",
    "# touch ran",
    "$'\\n touch ran",
    "<(touch ran) =(touch ran)",
    "*(e:'touch ran':)",
)
ZSHRC = """
setopt nointeractivecomments correct correctall rcquotes cshjunkiequotes histsubstpattern
setopt extendedglob promptsubst
"""
ZSHENV = "unsetopt globalrcs\n"
BASHRC = "shopt -u interactive_comments\nset -o histexpand\nshopt -s histverify failglob\n"


def spec_of(shell: str, folder: Path) -> dict[str, Any]:
    """The table of an agent that is this shell; skips where it is not installed."""
    program = shell.split()[0]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    env = {"HOME": str(folder), "ZDOTDIR": str(folder), "XDG_CONFIG_HOME": str(folder)}
    (folder / ".zshenv").write_text(ZSHENV)
    (folder / ".zshrc").write_text(ZSHRC)
    (folder / "bashrc").write_text(BASHRC)
    commands = {
        "bash": ["bash", "--norc", "-i"],
        "bash no comments": ["bash", "--rcfile", str(folder / "bashrc"), "-i"],
        "dash": ["dash", "-i"],
        "zsh": ["zsh", "-f"],
        "zsh no comments": ["zsh"],
        "fish": ["fish"],
    }
    (folder / "fish").mkdir(exist_ok=True)
    (folder / "fish" / "config.fish").write_text("set -g fish_greeting\n")
    more = {"adapter": "zsh"} if shell == "bash no comments" else {}
    return {"command": commands[shell], "env": env, **more}


PASTES = ["bash", "bash no comments", "zsh", "zsh no comments", "fish"]
"""Those that take a text of several lines at once."""
SHELLS = [*PASTES, "dash"]


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_in_a_message_runs_or_leaves_a_shell_in_an_unfinished_command(
    shell: str, crew: RealCrew, tmp_path: Path
) -> None:
    crew.write({"sh": spec_of(shell, tmp_path)}, duplicate_window_s=0)
    crew.up()
    crew.until_state("sh", "idle")
    texts = [text.replace("\0", "") for text in HOSTILE]  # a file with such a byte is no text
    crew.drop("sh", "all__from-b__to-sh.md", "\n".join(texts).encode())
    for number, text in enumerate(texts):
        crew.drop("sh", f"{number}__from-b__to-sh__topic-a'b.md", text.encode())
    wanted = len(texts) + 1
    crew.until(lambda: len(crew.messages(recipient="sh", state="delivered")) == wanted, 90)
    crew.call("pane.text", agent="sh", text="echo well > alive")
    crew.call("pane.keys", agent="sh", keys=["Enter"])
    alive = crew.project.root / "alive"
    crew.until(lambda: alive.exists() and alive.read_text() == "well\n")
    assert not list(crew.project.root.rglob("ran"))
    assert crew.until_state("sh", "idle")


@pytest.mark.parametrize("shell", PASTES)
def test_where_messages_run_the_head_and_what_crewtui_writes_do_not(
    shell: str, crew: RealCrew, tmp_path: Path
) -> None:
    prompt = "\n".join(("you are `touch ran`", "touch ran", *HOSTILE[:18], *HOSTILE[23:29]))
    spec = {**spec_of(shell, tmp_path), "runs_messages": True, "prompt_file": "prompt.md"}
    crew.write({"sh": spec}, duplicate_window_s=0)
    (crew.project.folder / "prompt.md").write_text(prompt)
    crew.up()
    crew.until(lambda: crew.messages(sender="crewtui", state="delivered"))
    crew.send("sh", "echo one >> alive\necho two >> alive", topic="it's $(touch ran)", sender="b")
    alive = crew.project.root / "alive"
    crew.until(lambda: alive.exists() and alive.read_text() == "one\ntwo\n")
    crew.until(lambda: len(crew.messages(recipient="sh", state="delivered")) == 2)
    assert not list(crew.project.root.rglob("ran"))


@pytest.mark.parametrize("shell", [name for name in SHELLS if name != "zsh no comments"])
def test_a_message_waits_while_a_command_is_unfinished(
    shell: str, crew: RealCrew, tmp_path: Path
) -> None:
    crew.write({"sh": spec_of(shell, tmp_path)})
    crew.up()
    crew.until_state("sh", "idle")
    crew.call("pane.text", agent="sh", text="echo 'half")
    crew.call("pane.keys", agent="sh", keys=["Enter"])
    crew.until_state("sh", "busy", "covered")
    crew.send("sh", "not into the quote", sender="b")
    crew.until(lambda: crew.messages(recipient="sh", state="held"))
    crew.call("pane.text", agent="sh", text="' > alive")
    crew.call("pane.keys", agent="sh", keys=["Enter"])
    crew.until(lambda: crew.messages(recipient="sh", state="delivered"))
    assert (crew.project.root / "alive").read_text() == "half\n\n"
