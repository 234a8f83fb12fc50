"""One-key prompts take the first letter of a paste, and a secret is no place for a text."""

from tests.prompts.hall import Hall
from tests.prompts.row import (
    ASKS,
    HIDDEN,
    ONE_KEY,
    SECRET,
    Row,
    Typed,
    bash,
    empty,
    gone,
    holds,
    plain,
    script,
    size,
)

AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def _secret(id_: str, prompt: str) -> Row:
    return Row(
        id_,
        SECRET,
        script("secret.py", prompt),
        prompt.strip(),
        held=HIDDEN,
        untouched=gone("took"),
        answer=(Typed("pw"),),
        answered=holds("took", '"pw"\n'),
    )


def _key(id_: str, prompt: str, shows: str) -> Row:
    return Row(
        id_,
        ONE_KEY,
        script("key.py", prompt),
        shows,
        held=ASKS,
        untouched=gone("took"),
        takes=plain,
        answer=(Typed("a", ()),),
        answered=holds("took", "a"),
    )


ROWS = (
    _key("abort-retry-fail", "[a]bort, [r]etry, [f]ormat? ", r"\[f\]ormat"),
    _key("more-line", "--More--", "--More--"),
    _key("any-key", "Press any key to continue . . .", "any key"),
    _key("bare-key-prompt", "> ", "^>"),
    _key("key-without-prompt", "", ""),
    Row(
        "read-n1",
        ONE_KEY,
        bash('read -rn1 -p "Continue? [y/n] " a; echo "$a" > took'),
        r"\[y/n\]",
        held=ASKS,
        untouched=gone("took"),
        answer=(Typed("n", ()),),
        answered=holds("took", "n\n"),
    ),
    Row(
        "read-e-n1",
        ONE_KEY,
        bash('read -ern1 -p "Go> " a; echo "$a" > took'),
        "Go>",
        held=ASKS,
        untouched=gone("took"),
        answer=(Typed("n", ()),),
        answered=holds("took", "n\n"),
    ),
    Row(
        "stty-raw-dd",
        ONE_KEY,
        bash('stty -icanon -echo; printf "Overwrite (y/n)? "; dd bs=1 count=1 of=took 2>/dev/null'),
        "Overwrite",
        held=ASKS,
        untouched=empty("took"),
        answer=(Typed("n", ()),),
        answered=holds("took", "n"),
    ),
    _secret("getpass", "Password: "),
    _secret("api-key", "Paste your API key> "),
    _secret("secret-without-a-word", "> "),
    Row(
        "read-s",
        SECRET,
        bash('read -rsp "Token: " a; echo "$a" > took'),
        "Token:",
        held=HIDDEN,
        untouched=gone("took"),
        answer=(Typed("pw"),),
        answered=holds("took", "pw\n"),
    ),
    Row(
        "ssh-keygen-passphrase",
        SECRET,
        ("ssh-keygen", "-q", "-t", "ed25519", "-f", "key"),
        "passphrase",
        needs=("ssh-keygen",),
        held=HIDDEN,
        untouched=gone("key"),
        answer=(Typed(shows="again"), Typed()),
        answered=lambda room: (room / "key").exists(),
    ),
    Row(
        "openssl-passphrase",
        SECRET,
        ("openssl", "enc", "-aes256", "-pbkdf2", "-in", "f", "-out", "took"),
        "password:",
        needs=("openssl",),
        setup="echo 1 > f",
        held=HIDDEN,
        untouched=empty("took"),
        answer=(Typed("pw", shows="Verifying"), Typed("pw")),
        answered=lambda room: size(room, "took") > 0,
    ),
    Row(
        "git-password",
        SECRET,
        bash("git credential fill < ask > took"),
        "Password for",
        setup="printf 'protocol=https\\nhost=example.org\\nusername=me\\n\\n' > ask",
        held=HIDDEN,
        untouched=empty("took"),
        answer=(Typed("pw"),),
        answered=lambda room: "\npassword=pw\n" in (room / "took").read_text(),
    ),
    Row(
        "sudo",
        SECRET,
        (*AS_NOBODY, "sudo", "-k", "id"),
        "password for",
        held=HIDDEN,
        needs=("root", "sudo", "setpriv"),
        untouched=gone("touched"),
        answer=(Typed("wrong", shows="Sorry"), Typed("", ("C-c",))),
    ),
    Row(
        "su",
        SECRET,
        (*AS_NOBODY, "su", "root", "-c", "id"),
        "Password:",
        held=HIDDEN,
        needs=("root", "su", "setpriv"),
        untouched=gone("touched"),
        answer=(Typed("wrong", shows="failure"),),
    ),
    Row(
        "prompt-toolkit-password",
        SECRET,
        script("chat.py", "password"),
        "API key:",
        needs=("python:prompt_toolkit",),
        held=ASKS,
        untouched=gone("took"),
        answer=(Typed("pw"),),
        answered=holds("took", '"pw"\n'),
    ),
    Row(
        "prompt-toolkit-confirm",
        ONE_KEY,
        script("chat.py", "confirm"),
        "Delete everything",
        needs=("python:prompt_toolkit",),
        held=ASKS,
        untouched=gone("took"),
        answer=(Typed("n", ()),),
        answered=holds("took", "false\n"),
    ),
)


def test_a_key_prompt_or_a_secret_gets_no_message(row: Row, hall: Hall) -> None:
    hall.result(row)
