"""Questions on a line: nothing was said of these programs, so nothing is typed into any of them."""

from tests.prompts.hall import Hall
from tests.prompts.row import (
    ASKS,
    QUESTION,
    Row,
    Typed,
    bash,
    both,
    gone,
    holds,
    jsonl,
    script,
    there,
)

GIT = "git init -q . && git config user.email a@b && git config user.name a && echo 1 > f && git add f"
SSH = (
    "mkdir -p /run/sshd; ssh-keygen -q -t ed25519 -N '' -f key; "
    "printf 'HostKey %s/key\\nUsePAM no\\n' \"$PWD\" > config"
)
REACH = "ssh -F none -o ProxyCommand='/usr/sbin/sshd -i -f {config}' -o UserKnownHostsFile=known"

ROWS = (
    Row(
        "rm-i", QUESTION, ("rm", "-i", "f"), r"remove .*f'\?", setup="touch f", held=ASKS,
        untouched=there("f"), answer=(Typed("y"),), answered=gone("f"),
    ),
    Row(
        "rm-I-recursive", QUESTION, ("rm", "-rI", "d"), r"remove 1 argument recursively\?",
        setup="mkdir d", held=ASKS, untouched=there("d"), answer=(Typed("y"),), answered=gone("d"),
    ),
    Row(
        "cp-i", QUESTION, ("cp", "-i", "new", "old"), r"overwrite 'old'\?",
        setup="echo new > new; echo old > old", held=ASKS, untouched=holds("old", "old\n"),
        answer=(Typed("y"),), answered=holds("old", "new\n"),
    ),
    Row(
        "mv-i", QUESTION, ("mv", "-i", "new", "old"), r"overwrite 'old'\?",
        setup="echo new > new; echo old > old", held=ASKS,
        untouched=both(holds("old", "old\n"), there("new")),
        answer=(Typed("y"),), answered=both(holds("old", "new\n"), gone("new")),
    ),
    Row(
        "ln-i", QUESTION, ("ln", "-i", "-s", "new", "old"), r"replace 'old'\?",
        setup="echo old > old", held=ASKS, untouched=holds("old", "old\n"),
        answer=(Typed("n"),), answered=holds("old", "old\n"),
    ),
    Row(
        "find-ok", QUESTION, ("find", "f", "-ok", "rm", "{}", ";"), r"< rm \.\.\. f > \?",
        setup="touch f", held=ASKS, untouched=there("f"), answer=(Typed("y"),), answered=gone("f"),
    ),
    Row(
        "xargs-p", QUESTION, bash("echo f | xargs -p rm"), r"rm f \?\.\.\.", setup="touch f",
        held=ASKS, untouched=there("f"), answer=(Typed("y"),), answered=gone("f"),
    ),
    Row(
        "gzip-overwrites", QUESTION, ("gzip", "-k", "f"), "do you wish to overwrite",
        needs=("gzip",), setup="echo 1 > f; echo old > f.gz", held=ASKS,
        untouched=holds("f.gz", "old\n"), answer=(Typed("n"),), answered=holds("f.gz", "old\n"),
    ),
    Row(
        "patch-asks-for-a-file", QUESTION, ("patch", "-i", "p"), "File to patch:", needs=("patch",),
        setup="printf -- '--- a/x\\n+++ b/x\\n@@ -1 +1 @@\\n-old\\n+new\\n' > p; echo old > y",
        held=ASKS, untouched=holds("y", "old\n"), answer=(Typed("y"),), answered=holds("y", "new\n"),
    ),
    Row(
        "read-p", QUESTION, bash('read -rp "Delete all? " a; echo "$a" > took'), "Delete all",
        held=ASKS, untouched=gone("took"), answer=(Typed("no"),), answered=holds("took", "no\n"),
    ),
    Row(
        "select", QUESTION, bash('select a in wipe keep; do echo "$a" > took; break; done'), r"#\?",
        held=ASKS, untouched=gone("took"), answer=(Typed("2"),), answered=holds("took", "keep\n"),
    ),
    Row(
        "python-input", QUESTION, script("ask.py", "Proceed? "), "Proceed",
        held=ASKS, untouched=gone("took"), answer=(Typed("no"),), answered=holds("took", '"no"\n'),
    ),
    Row(
        "asks-below-a-bare-prompt", QUESTION, script("ask.py", "Wipe the disk, or keep it?\n> "), "^>",
        held=ASKS, untouched=gone("took"), answer=(Typed("k"),), answered=holds("took", '"k"\n'),
    ),
    Row(
        "asks-without-any-prompt", QUESTION, script("ask.py", "Enter your name\n"), "Enter your",
        held=ASKS, untouched=gone("took"), answer=(Typed("me"),), answered=holds("took", '"me"\n'),
    ),
    Row(
        "click-confirm", QUESTION, (*script("confirm.py"),), r"\[y/n\]", needs=("python:click",),
        held=ASKS, untouched=gone("took"), answer=(Typed("n"),), answered=holds("took", "false\n"),
    ),
    Row(
        "package-manager", QUESTION,
        script("ask.py", "After this operation, 2 MB will be used.\nDo you want to continue? [Y/n] "),
        r"\[Y/n\]", held=ASKS, untouched=gone("took"),
        answer=(Typed("n"),), answered=holds("took", '"n"\n'),
    ),
    Row(
        "node-proceed", QUESTION, script("ask.js", "Ok to proceed? (y) "), "Ok to proceed",
        needs=("node",), held=ASKS, untouched=gone("took"),
        answer=(Typed("n"),), answered=holds("took", '"n"\n'),
    ),
    Row(
        "git-user", QUESTION, bash("git credential fill < ask > took"), "Username for",
        setup="printf 'protocol=https\\nhost=example.org\\n\\n' > ask", held=ASKS,
        untouched=lambda room: (room / "took").read_text() == "",
        answer=(Typed("me", shows="Password"), Typed("pw")),
        answered=lambda room: "username=me\npassword=pw\n" in (room / "took").read_text(),
    ),
    Row(
        "git-add-p", QUESTION, ("git", "add", "-p"), r"Stage this hunk", held=ASKS,
        setup=f"{GIT} && git commit -qm 1 && echo 2 >> f",
        untouched=lambda room: _staged(room) == "",
        answer=(Typed("y"),), answered=lambda room: _staged(room) == "f\n",
    ),
    Row(
        "git-clean-i", QUESTION, ("git", "clean", "-i"), "What now>", setup=f"{GIT}; touch junk",
        held=ASKS, untouched=there("junk"), answer=(Typed("1"),), answered=gone("junk"),
    ),
    Row(
        "ssh-host-key", QUESTION, bash(f"{REACH} nobody@stage".format(config='"$PWD"/config')),
        "continue connecting", needs=("root", "sshd", "ssh"), setup=SSH, held=ASKS,
        untouched=lambda room: not (room / "known").exists(),
        answer=(Typed("yes", shows="assword|denied|added"),),
        answered=lambda room: "stage" in (room / "known").read_text(),
    ),
    Row(
        "openssl-req", QUESTION,
        bash("openssl req -new -newkey rsa:2048 -nodes -keyout k -out took"), "Country Name",
        needs=("openssl",), held=ASKS, untouched=gone("took"),
        answer=(Typed("", ("C-c",)),), answered=gone("took"),
    ),
)


def _staged(room) -> str:  # type: ignore[no-untyped-def]
    import subprocess

    words = ["git", "diff", "--cached", "--name-only"]
    return subprocess.run(words, cwd=room, capture_output=True, text=True, check=False).stdout


def test_a_question_gets_no_message(row: Row, hall: Hall) -> None:
    hall.result(row)
