"""Without a control connection: one ``tmux`` process a tick, all commands joined by ``;``."""

import asyncio
from collections.abc import Sequence

from crewtui.core.model.errors import TmuxError
from crewtui.core.tmux.control import Command
from crewtui.core.tmux.parse import Reply
from crewtui.core.tmux.quote import quoted

_MARK = "crewtui-end-of-reply"


async def run_tmux(words: Sequence[str], given: bytes = b"") -> tuple[bytes, bytes, bool]:
    """What one ``tmux`` printed, what it complained of, and whether it failed.

    Raises ``TmuxError`` where it cannot be started or spoken to.
    """
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, stderr=pipe)
        out, problem = await process.communicate(given)
    except OSError as error:
        raise TmuxError(f"tmux cannot be run: {error.strerror}", "see: crewtui doctor") from None
    return out, problem, bool(process.returncode)


async def run_once(base: Sequence[str], commands: Sequence[Command]) -> list[Reply]:
    """The replies of the commands from one short-lived ``tmux``; the first failure ends it."""
    words: list[str] = []
    for command in commands:
        for word in command:
            quoted(word)
            words.append(word[:-1] + "\\;" if word.endswith(";") else word)
        words += [";", "display-message", "-p", _MARK, ";"]
    out, problem, failed = await run_tmux([*base, *words[:-1]])
    replies: list[Reply] = [Reply([], True)]
    for line in out.decode("utf-8", "replace").split("\n")[:-1]:
        if line == _MARK:
            replies.append(Reply([], True))
        else:
            replies[-1].lines.append(line)
    replies.pop()
    if failed and not replies and b"no server" in problem:
        raise TmuxError("the tmux server is gone", "it is started again")
    error = problem.decode("utf-8", "replace").strip()
    while len(replies) < len(commands):
        replies.append(Reply([error], False))
    return replies
