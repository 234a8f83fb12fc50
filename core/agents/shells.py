"""Whether a command leaves one at a shell's prompt, or has the shell run something: pure."""

from collections.abc import Sequence
from pathlib import Path

SHELLS = frozenset({"bash", "zsh", "sh", "dash", "ash", "ksh", "mksh", "fish"})
_TAKES_VALUE = {
    "bash": ("-O", "+O", "-o", "+o", "--rcfile", "--init-file"),
    "fish": ("-C", "-d", "-f", "-o", "-p", "-D", "--init-command", "--debug", "--features"),
    "": ("-o", "+o"),
}
"""Options that take the next word with them, by shell."""
_RUNS = ("--command", "--version", "--help", "--dump-strings", "--dump-po-strings")
"""Long options after which there is no prompt."""
_RUNS_SHORT = {"fish": frozenset("cnvh"), "": frozenset("c")}
"""The same as letters, which may stand in a bundle such as ``-lc``."""

_PREFIXES = {
    "env": ("-u", "-C", "-S", "--unset", "--chdir"),
    "nice": ("-n", "--adjustment"),
    "ionice": ("-c", "-n", "-p", "--class", "--classdata"),
    "stdbuf": ("-i", "-o", "-e"),
    "exec": ("-a",),
    "command": (),
}
"""Words that become the program behind them in the same terminal, with their options' values."""


def bare_command(command: Sequence[str]) -> tuple[str, ...]:
    """The command without words before the program: ``env FOO=1 nice bash`` is ``bash``.

    Programs that take the terminal away from it, such as ``setsid``, are no such words. Empty if
    nothing is left.
    """
    words = list(command)
    while words and (takes := _PREFIXES.get(Path(words[0]).name)) is not None:
        is_env = Path(words[0]).name == "env"
        words.pop(0)
        while words and (words[0].startswith("-") or (is_env and "=" in words[0])):
            word = words.pop(0)
            if word == "-S" or word.startswith("--split-string"):
                return ()  # it splits a text into words of its own
            if word == "--":
                break
            if word in takes and words:
                words.pop(0)
    return tuple(words)


def at_prompt(command: Sequence[str]) -> bool:
    """Whether the command is a shell that waits for lines: no script, no ``-c``, no ``--help``.

    ``bash -s word`` reads lines too, whatever words follow.
    """
    words = bare_command(command)
    shell = Path(words[0]).name if words else ""
    if shell not in SHELLS:
        return False
    takes = _TAKES_VALUE.get(shell, _TAKES_VALUE[""])
    runs = _RUNS_SHORT.get(shell, _RUNS_SHORT[""])
    rest = list(words[1:])
    reads_lines = False
    while rest:
        word = rest.pop(0)
        if not word.startswith(("-", "+")):
            return reads_lines
        if word in ("-", "--"):
            return reads_lines or not rest
        if word.startswith("--"):
            if word.partition("=")[0] in _RUNS:
                return False
        elif word.startswith("-"):
            letters = word[1:2] if word in takes else word[1:]
            if set(letters) & runs:
                return False
            reads_lines = reads_lines or ("s" in letters and shell != "fish")
        if word in takes or (len(word) > 2 and word[0] + word[-1] in takes and word[1] != "-"):
            if not rest:
                return False  # it prints its options and ends
            rest.pop(0)
    return True
