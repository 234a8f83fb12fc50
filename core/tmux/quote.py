"""Words for a tmux command line in control mode: one function, refuses control bytes.

A newline would start a command of its own and bodies never pass here, only buffers.
"""

import re

from crewtui.core.model.errors import TmuxError

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_SAFE = re.compile(r"(%[0-9]+|@[0-9]+|[A-Za-z0-9_./-]+)\Z")


def command_line(*words: str) -> str:
    """The words as one control-mode command line, without its newline."""
    return " ".join(quoted(word) for word in words)


def quoted(word: str) -> str:
    """One word so that tmux takes it literally; raises ``TmuxError`` for control bytes."""
    if _CONTROL.search(word):
        raise TmuxError(f"control byte in a tmux command: {word!r}")
    if _SAFE.match(word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"
