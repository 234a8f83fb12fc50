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
from crewtui.core.model.clock import Clock
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.errors import LedgerError
from crewtui.core.model.ids import EVERYONE, HUMAN, new_id
from crewtui.core.model.message import DeadReason, MessageState, MessageView

BATCH = 64
"""Messages accepted in one transaction."""
INBOX_MESSAGES = 1000
"""So many may wait for one recipient; further files stay where they are."""
INBOX_BYTES = 16 * 1024 * 1024
ID_WINDOW_S = 24 * 3600.0
"""How long a sender's own message id is remembered, in seconds."""


@dataclass(frozen=True, slots=True)
class _Fresh:
    recipient: str
    found: inbox.Readable | inbox.Unfit


class Router:
    """Accepts what lies in the inboxes of one project."""

    def __init__(
        self,
        project: Project,
        ledger: Ledger,
        clock: Clock,
        agents: Callable[[], list[str]],
        duplicate_window_s: float,
    ):
        self._project = project
        self._ledger = ledger
        self._clock = clock
        self._agents = agents
        self._window = duplicate_window_s
        self._known: dict[tuple[str, str], str] = {}
        self._strangers: dict[tuple[str, str], inbox.Stranger] = {}
        self._doubtful: set[str] = set()
        self._troubled: set[str] = set()
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
        dropped = await asyncio.to_thread(collect, self._project)
        waiting = {row[0]: (row[1], row[2]) for row in await self._ledger.rows("waiting_counts")}
        listed = await asyncio.to_thread(self._list_new)
        again, self.left_behind = dropped, False
        for recipient, names in listed.items():
            count, size = waiting.get(recipient, (0, 0))
            room = 0 if size > INBOX_BYTES else max(0, INBOX_MESSAGES - count)
            self.left_behind |= len(names) > room
            self._say(
                f"full:{recipient}",
                f"{len(names) - room} more messages lie before the full inbox of {recipient}"
                if len(names) > room
                else "",
                "they stay in the folder and are taken when there is room",
            )
            for start in range(0, min(room, len(names)), BATCH):
                batch = names[start : min(start + BATCH, room)]
                again |= await self._take(recipient, batch)
        self._report_strangers()
        return again

    def _list_new(self) -> dict[str, list[str]]:
        """Names of unknown files by recipient, oldest first."""
        found: dict[str, list[str]] = {}
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
                found.setdefault(recipient, []).append(name)
            for gone in [k for k in self._strangers if k[0] == recipient and k[1] not in names]:
                del self._strangers[gone]
        return found

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
        if fresh:
            accepted = await self._ledger.write(lambda tx: self._accept(tx, fresh))
            for item in fresh:
                self._known[item.recipient, item.found.name] = item.found.key
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
        """Raise or calm a trouble, once each."""
        if what and id_ not in self._troubled:
            self._troubled.add(id_)
            self.on_trouble(id_, Trouble(id=id_, what=what, todo=todo, since=self._clock.wall()))
        elif not what and id_ in self._troubled:
            self._troubled.discard(id_)
            self.on_trouble(id_, None)
