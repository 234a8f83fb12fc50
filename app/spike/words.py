"""What the spike says to the program: nothing that does harm, whatever reads it."""

import shlex

LONG_LINES = 300
COUNT = 10
"""So many messages prove delivery, with a restart after half of them."""
RUNS_S = 4
"""How long a shell that runs its messages is kept busy, in seconds."""
_ODD = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f3\ufe0f\u200d\U0001f308 "
    "\u2764\ufe0f, e\u0301 n\u0308 q\u0303, สวัสดีครับ ที่นี่, שָׁלוֹם עֲלֵיכֶם"
)


class Words:
    """The texts of one spike; ``tag`` tells them from those of another one.

    ``runs`` says that the program is a shell which runs its messages: then every line is a no-op.
    """

    def __init__(self, tag: str, *, runs: bool):
        self.tag = tag
        self.runs = runs

    def _said(self, text: str) -> str:
        body = f"spike {self.tag}: {text}"
        if not self.runs:
            return body
        return "\n".join(f": {shlex.quote(line)}" for line in body.split("\n"))

    def hello(self) -> str:
        """A first message."""
        return self._said("no work is needed; please answer with the one word ready.")

    def numbered(self, number: int) -> str:
        """One of ten, of one line or of three."""
        more = "\nIt has a second line,\nand a third." if number % 2 else ""
        return self._said(f"message {number + 1} of {COUNT}, no answer is needed.{more}")

    def busy(self) -> str:
        """What takes a while."""
        if self.runs:
            return f"{self._said('a pause')}\nsleep {RUNS_S}"
        return self._said("please count slowly from 1 to 40, one number a line, and do no more.")

    def queued(self) -> str:
        """A message while it works."""
        return self._said("this was sent while you work, no answer is needed.")

    def asking(self, proof: str) -> str:
        """What a careful program asks a person about first."""
        return self._said(
            "please run exactly this one harmless command with your shell tool, and no more:\n"
            f"touch {proof}"
        )

    def unrelated(self) -> str:
        """A message while it asks."""
        return self._said("unrelated words, sent while you ask, no answer is needed.")

    def long(self) -> str:
        """Many lines."""
        lines = (f"line {number} of {LONG_LINES}" for number in range(2, LONG_LINES + 1))
        return self._said("\n".join(["a long text, no answer is needed.", *lines]))

    def odd(self) -> str:
        """What terminals draw in odd ways."""
        return self._said(f"odd letters, no answer is needed: {_ODD}")
