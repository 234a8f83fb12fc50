"""From files in inboxes to accepted messages: dedupe, fan out, refuse, and say so."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.mail import inbox
from crewtui.core.mail.drop import collect
from crewtui.core.mail.envelope import Envelope, open_envelope
from crewtui.core.mail.folders import make_missing
from crewtui.core.mail.pace import SenderPace, Turns
from crewtui.core.mail.post import INBOX_BYTES, INBOX_LIMIT, MAX_BYTES
from crewtui.core.model.clock import Clock
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.errors import LedgerError
from crewtui.core.model.ids import EVERYONE, HUMAN, new_id
from crewtui.core.model.message import DeadReason, MessageState, MessageView

BATCH = 64
"""Messages accepted in one transaction."""
ID_WINDOW_S = 24 * 3600.0
"""How long a sender's own message id is remembered, in seconds."""


@dataclass(frozen=True, slots=True)
class _Fresh:
    recipient: str
    found: inbox.Readable | inbox.Unfit
    sender: str = ""


class Router:
    """Accepts what lies in the inboxes of one project."""

    def __init__(
        self,
        project: Project,
        ledger: Ledger,
        clock: Clock,
        agents: Callable[[], list[str]],
        duplicate_window_s: float,
        pace: SenderPace,
    ):
        self._project = project
        self._ledger = ledger
        self._clock = clock
        self._agents = agents
        self._window = duplicate_window_s
        self._turns = Turns(pace)
        self._known: dict[tuple[str, str], str] = {}
        self._strangers: dict[tuple[str, str], inbox.Stranger] = {}
        self._doubtful: set[str] = set()
        self._troubled: dict[str, str] = {}
        self.left_behind = False
        self._renamed_in: set[str] = set()
        self.on_message: Callable[[MessageView], None] = lambda _message: None
        self.on_finished: Callable[[MessageView], None] = lambda _message: None
        self.on_trouble: Callable[[str, Trouble | None], None] = lambda _id, _trouble: None

    async def recall(self, in_doubt: set[str]) -> None:
        """Learn which files were accepted before; ``in_doubt`` are names that were being typed."""
        for row in await self._ledger.rows("known_files"):
            self._known[row["recipient"], row["name"]] = row["file_key"]
        self._doubtful = in_doubt

    def expect(self, recipient: str, name: str, key: str) -> None:
        """A file that was accepted already is about to be renamed in."""
        self._known[recipient, name] = key

    def forget(self, recipient: str, name: str) -> None:
        """A file left its inbox: another one may take its name."""
        self._known.pop((recipient, name), None)

    async def scan(self, renamed_in: set[str]) -> bool:
        """Accept whatever is new; true if some file was not ready and needs another look soon.

        ``renamed_in`` are paths that were seen to come whole.
        """
        self._renamed_in = renamed_in
        made = await asyncio.to_thread(make_missing, self._project, self._agents())
        if made:
            text = f"made again, since somebody took it away: {', '.join(made)}"
            await self._ledger.event("mail.folder_made", text=text)
        self._turns.begin()
        dropped = await asyncio.to_thread(collect, self._project)
        waiting = {row[0]: (row[1], row[2]) for row in await self._ledger.rows("waiting_counts")}
        listed = await asyncio.to_thread(self._list_new)
        again, self.left_behind = dropped, False
        for recipient, found in listed.items():
            again |= await self._fill(recipient, found, *waiting.get(recipient, (0, 0)))
        self._report_waiting()
        self._report_strangers()
        return again

    async def _fill(
        self, recipient: str, found: list[tuple[str, int]], count: int, size: int
    ) -> bool:
        """Take what an inbox has room for, where so many messages and bytes wait already."""
        again, sizes = False, dict(found)
        names = list(sizes)
        while fit := _that_fit([(name, sizes[name]) for name in names[:BATCH]], count, size):
            again |= await self._take(recipient, fit)
            took = [name for name in fit if (recipient, name) not in self._turns.waiting]
            count, size = count + len(took), size + sum(_waiting_size(sizes[n]) for n in took)
            names = names[len(fit) :]
        self.left_behind |= bool(names)
        what = f"{len(names)} more messages lie before the full inbox of {recipient}"
        todo = "they stay in the folder and are taken when there is room"
        self._say(f"full:{recipient}", what if names else "", todo)
        return again

    def _list_new(self) -> dict[str, list[tuple[str, int]]]:
        """Names and sizes of unknown files by recipient, oldest first."""
        found: dict[str, list[tuple[str, int]]] = {
            recipient: [] for recipient in self._full_boxes()
        }
        for folder in sorted(self._project.messages.glob("to_*")):
            recipient = folder.name.removeprefix("to_")
            try:
                if folder.is_symlink() or not folder.is_dir():
                    self._say(f"folder:{recipient}", f"{folder} is no folder", "make it one again")
                    continue
                listed = inbox.entries(folder)
                self._say(f"folder:{recipient}", "", "")
            except OSError as error:
                self._say(f"folder:{recipient}", f"{folder}: {error.strerror}", "mend its rights")
                continue
            names = set()
            for name, key in listed:
                names.add(name)
                stranger = self._strangers.get((recipient, name))
                if self._known.get((recipient, name)) == key:
                    continue
                if stranger is not None and stranger.key == key:
                    continue
                if self._turns.waits((recipient, name), key):
                    continue
                found.setdefault(recipient, []).append((name, inbox.size_of(key)))
            for gone in [k for k in self._strangers if k[0] == recipient and k[1] not in names]:
                del self._strangers[gone]
            self._turns.forget_all_but(recipient, names)
        return found

    def _full_boxes(self) -> list[str]:
        """Whose inbox was full: it is said that it no longer is, however it became so."""
        return [id_.removeprefix("full:") for id_ in self._troubled if id_.startswith("full:")]

    def _within_pace(self, fresh: list[_Fresh]) -> list[_Fresh]:
        """Those whose senders have room; the others stay where they are, for a later scan."""
        taken: list[_Fresh] = []
        for item in fresh:
            spot, sender = (item.recipient, item.found.name), _sender_of(item.found)
            if not sender or self._turns.may_come(spot, item.found.key, sender):
                taken.append(_Fresh(item.recipient, item.found, sender))
        return taken

    def _report_waiting(self) -> None:
        """Name each sender whose messages wait for its limit, and how many do."""
        told = {f"pace:{sender}": what for sender, what in self._turns.said().items()}
        todo = "look at their panes; the files stay, and are taken at that pace, in order"
        calm = {id_: "" for id_ in self._troubled if id_.startswith("pace:")}
        for id_, what in {**calm, **told}.items():
            self._say(id_, what, todo)

    async def _take(self, recipient: str, names: list[str]) -> bool:
        """The one guard of messages: what cannot be taken stays, shown, and holds up none."""
        try:
            return await self._accept_batch(recipient, names)
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary of what is written into inboxes
            if len(names) > 1:
                return any([await self._take(recipient, [name]) for name in names])
            with suppress(OSError):
                key = inbox.key_of((self._project.inbox(recipient) / names[0]).lstat())
                why = f"cannot be taken: {type(error).__name__}"
                self._strangers[recipient, names[0]] = inbox.Stranger(names[0], key, why)
                text = f"to_{recipient}/{inbox.inbox_name(names[0])}: {why}"
                await self._ledger.event("mail.failed", text=text)
            return False

    async def _accept_batch(self, recipient: str, names: list[str]) -> bool:
        folder = self._project.inbox(recipient)
        again = False
        fresh: list[_Fresh] = []
        for found in await asyncio.to_thread(self._examine, folder, names):
            if isinstance(found, inbox.NotYet):
                again = True
            elif isinstance(found, inbox.Stranger):
                if (recipient, found.name) not in self._strangers:
                    await self._ledger.event(
                        "mail.ignored",
                        agent=recipient if recipient in self._agents() else "",
                        text=f"to_{recipient}/{inbox.inbox_name(found.name)}: {found.why}",
                    )
                self._strangers[recipient, found.name] = found
            else:
                fresh.append(_Fresh(recipient, found))
        fresh = self._within_pace(fresh)
        if fresh:
            accepted = await self._ledger.write(lambda tx: self._accept(tx, fresh))
            for item in fresh:
                self._known[item.recipient, item.found.name] = item.found.key
                if item.sender:
                    self._turns.took(item.sender)
            for view in accepted:
                waits = view.state is MessageState.QUEUED
                (self.on_message if waits else self.on_finished)(view)
        return again

    def _examine(self, folder: Path, names: list[str]) -> list[inbox.Found]:
        results = []
        for name in names:
            try:
                renamed_in = str(folder / name) in self._renamed_in
                found = inbox.examine(folder, name, renamed_in)
            except OSError as error:
                path = f"{folder.name}/{inbox.inbox_name(name)}"
                self._say(f"file:{path}", f"{path}: {error.strerror}", "mend its rights")
                continue
            if found is not None:
                results.append(found)
        return results

    async def _accept(self, tx: Transaction, fresh: list[_Fresh]) -> list[MessageView]:
        views: list[MessageView] = []
        for item in fresh:
            views += await self._accept_one(tx, item)
        return views

    async def _accept_one(self, tx: Transaction, item: _Fresh) -> list[MessageView]:
        recipient, found = item.recipient, item.found
        if isinstance(found, inbox.Unfit):
            return [await self._refuse(tx, recipient, found, found.reason, b"", found.size)]
        opened = open_envelope(found.name, found.body)
        known = recipient in (*self._agents(), HUMAN, EVERYONE)
        if isinstance(opened, DeadReason):
            return [await self._refuse(tx, recipient, found, opened, found.body, len(found.body))]
        if await self._is_duplicate(tx, recipient, opened):
            view = await self._add(tx, recipient, found, opened, MessageState.DUPLICATE)
            await tx.event(
                "message.duplicate",
                agent=recipient,
                message=view.id,
                text=f"duplicate {view.sender} -> {recipient}: not delivered twice",
            )
            return [view]
        if not known:
            view = await self._add(tx, recipient, found, opened, MessageState.QUEUED)
            return [await tx.dead(view.id, DeadReason.UNKNOWN_RECIPIENT)]
        if recipient != EVERYONE:
            view = await self._add(tx, recipient, found, opened, MessageState.QUEUED)
            await self._accepted_event(tx, view)
            return [view]
        whole = await self._add(tx, recipient, found, opened, MessageState.DELIVERED)
        views = [whole]
        for agent in self._agents():
            if agent != opened.sender:
                copy = await self._add(tx, agent, found, opened, MessageState.QUEUED, own=False)
                await self._accepted_event(tx, copy)
                views.append(copy)
        return views

    async def _accepted_event(self, tx: Transaction, view: MessageView) -> None:
        topic = f" “{view.topic}”" if view.topic else ""
        await tx.event(
            "message.accepted",
            agent=view.recipient,
            message=view.id,
            text=f"accepted {view.sender} -> {view.recipient}{topic}",
            sender=view.sender,
            name=inbox.inbox_name(view.name),
        )

    async def _is_duplicate(self, tx: Transaction, recipient: str, mail: Envelope) -> bool:
        if mail.id:
            since = tx.now - ID_WINDOW_S
            return bool(
                await tx.rows("same_envelope", recipient, mail.id, mail.sender, mail.sha256, since)
            )
        since = tx.now - self._window
        return bool(await tx.rows("same_content", recipient, mail.sender, mail.sha256, since))

    async def _refuse(
        self,
        tx: Transaction,
        recipient: str,
        found: inbox.Entry,
        reason: DeadReason,
        body: bytes,
        size: int,
    ) -> MessageView:
        mail = Envelope("unknown", "", "", "", "")
        readable = inbox.Readable(found.name, found.key, body)
        view = await self._add(tx, recipient, readable, mail, MessageState.QUEUED, size=size)
        return await tx.dead(view.id, reason)

    async def _add(
        self,
        tx: Transaction,
        recipient: str,
        found: inbox.Readable,
        mail: Envelope,
        state: MessageState,
        *,
        own: bool = True,
        size: int | None = None,
    ) -> MessageView:
        id_ = new_id()
        name = inbox.inbox_name(found.name)
        await tx.run(
            "add_message",
            id_,
            recipient,
            mail.sender,
            mail.topic,
            name,
            found.key if own else "",
            mail.id,
            mail.sha256,
            len(found.body) if size is None else size,
            state,
            "",
            mail.preview,
            tx.now,
            tx.now,
            None,
        )
        await tx.run("add_body", id_, found.body)
        if found.name in self._doubtful and own:
            await tx.run("doubt_unknown", tx.now, id_)
        return await tx.publish_message(id_)

    def _report_strangers(self) -> None:
        by_inbox: dict[str, list[inbox.Stranger]] = {}
        for (recipient, _), stranger in self._strangers.items():
            by_inbox.setdefault(recipient, []).append(stranger)
        said = {f"stranger:{recipient}" for recipient in by_inbox}
        for recipient, strangers in by_inbox.items():
            first = strangers[0]
            more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
            self._say(
                f"stranger:{recipient}",
                f"to_{recipient}/{inbox.inbox_name(first.name)}{more}: {first.why}",
                "it is no message; remove it, or write it as a .md file",
            )
        for id_ in [i for i in self._troubled if i.startswith("stranger:") and i not in said]:
            self._say(id_, "", "")

    def _say(self, id_: str, what: str, todo: str) -> None:
        """Raise or calm a trouble, once each; what it says may change while it stands."""
        if what and self._troubled.get(id_) != what:
            self._troubled[id_] = what
            self.on_trouble(id_, Trouble(id=id_, what=what, todo=todo, since=self._clock.wall()))
        elif not what and self._troubled.pop(id_, ""):
            self.on_trouble(id_, None)


def _that_fit(found: list[tuple[str, int]], count: int, size: int) -> list[str]:
    """The oldest files that an inbox has room for where so many messages and bytes wait."""
    names: list[str] = []
    for name, bytes_ in found[: max(0, INBOX_LIMIT - count)]:
        size += _waiting_size(bytes_)
        if size > INBOX_BYTES:
            break
        names.append(name)
    return names


def _waiting_size(size: int) -> int:
    """A file's bytes as a message that waits: one that is too large never does."""
    return size if size <= MAX_BYTES else 0


def _sender_of(found: inbox.Readable | inbox.Unfit) -> str:
    """Who claims to have written a message; nobody for what is none."""
    if isinstance(found, inbox.Unfit):
        return ""
    opened = open_envelope(found.name, found.body)
    return opened.sender if isinstance(opened, Envelope) else ""
