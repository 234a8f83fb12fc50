"""Put text into a pane as a paste, and press keys; Enter has one owner, and it is not here."""

from crewtui.core.model.errors import TmuxError
from crewtui.core.model.ids import new_id
from crewtui.core.model.text import clean
from crewtui.core.tmux.control import Command
from crewtui.core.tmux.link import TmuxLink


async def paste(link: TmuxLink, pane: str, text: str) -> None:
    """Paste the text, in brackets if the program asked for them; control bytes are dropped.

    Raises ``TmuxError`` if the pane takes none, since it is gone or its program has ended.
    """
    await paste_loaded(link, pane, await load(link, text))


async def load(link: TmuxLink, text: str) -> str:
    """Make the text ready to be pasted, so that a last look can come right before; its buffer."""
    buffer = f"crewtui-{new_id()}"
    await link.load(buffer, clean(text).encode())
    return buffer


async def drop(link: TmuxLink, buffer: str) -> None:
    """Forget a text that was not pasted."""
    await link.run([("delete-buffer", "-b", buffer)])


async def paste_loaded(link: TmuxLink, pane: str, buffer: str) -> None:
    """Paste what was loaded; raises ``TmuxError`` if tmux refused it or the program has ended."""
    dead = (await link.run([("display-message", "-p", "-t", pane, "#{pane_dead}")]))[0]
    if dead.lines == ["1"]:  # tmux 3.3a ends, with every pane, on a paste into such a one
        await drop(link, buffer)
        raise TmuxError(f"pane {pane} took no paste: its program has ended")
    reply = (await link.run([("paste-buffer", "-p", "-r", "-d", "-b", buffer, "-t", pane)]))[0]
    if not reply.ok:
        raise TmuxError(f"pane {pane} took no paste: {' '.join(reply.lines)}")


async def leave_copy_mode(link: TmuxLink, pane: str) -> None:
    """A pane in copy mode takes a paste but eats the Enter; one that is not in it is left alone."""
    await link.run([("copy-mode", "-q", "-t", pane)])


async def press(link: TmuxLink, pane: str, *keys: str) -> bool:
    """Press keys by their tmux names (``C-u``, ``Escape``, ``y``); false if tmux refused."""
    replies = await link.run([("send-keys", "-t", pane, "--", *keys)])
    return replies[0].ok


async def type_text(link: TmuxLink, pane: str, text: str) -> bool:
    """Type the text letter by letter as a person would, control bytes dropped."""
    words: Command = ("send-keys", "-t", pane, "-l", "--", clean(text).replace("\n", " "))
    return (await link.run([words]))[0].ok
