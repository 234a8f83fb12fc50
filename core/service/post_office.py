"""Mail of the whole crew: router, couriers, filing, and what a person does with messages."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crewtui.core.config.crew import CrewTable
from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger, Transaction, view_of
from crewtui.core.mail.attempt import Typist
from crewtui.core.mail.courier import Courier
from crewtui.core.mail.filing import file_away, read_sidecar, set_aside, write_sidecar
from crewtui.core.mail.inbox import key_of
from crewtui.core.mail.line_attempt import LineTypist
from crewtui.core.mail.name import fitted
from crewtui.core.mail.outbox import add_row
from crewtui.core.mail.pace import SenderPace
from crewtui.core.mail.post import checked_inbox, post, write_hidden
from crewtui.core.mail.router import Router
from crewtui.core.mail.watch import MailWatch
from crewtui.core.model.clock import Clock
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import HUMAN, SELF, new_id
from crewtui.core.model.message import OPEN, MessageState, MessageView
from crewtui.core.service.desk import Desk
from crewtui.core.supervision.runner import Runner

CONFIRMED = "confirmed by its own signal"
STARTUP_TOPIC = "startup prompt"
_UNHEARD = (MessageState.QUEUED, MessageState.HELD, MessageState.SUPERSEDED)
"""States of a startup prompt that its agent has not got."""
PROMPT_LOOK_S = 0.05
PROMPT_LOOKS = 60
"""So often a prompt that is being typed into a pane that has ended is waited for."""


class PostOffice:
    """Owns the router, the watch and one courier an agent."""

    def __init__(
        self,
        project: Project,
        ledger: Ledger,
        clock: Clock,
        typists: tuple[Typist, LineTypist],
        runners: dict[str, Runner],
        crew: CrewTable,
    ):
        self._project = project
        self._ledger = ledger
        self._clock = clock
        self._runners = runners
        pace = SenderPace(crew.sender_limit, clock)
        window_s = crew.duplicate_window_s
        self.router = Router(project, ledger, clock, lambda: list(runners), window_s, pace)
        self.watch = MailWatch(
            project.messages,
            self._scan,
            crew.scan_s,
            project.drops,
            lambda id_, trouble: self.router.on_trouble(id_, trouble),
        )
        self.router.on_message = self._accepted
        self.router.on_finished = self._finished
        self._to_file: asyncio.Queue[MessageView] = asyncio.Queue()
        self._couriers: dict[str, Courier] = {}
        self.confirmed: set[str] = set()
        for agent, runner in runners.items():
            desk = Desk(self, runner)
            courier = Courier(agent, ledger, typists, clock, desk)
            courier.on_idle = self.watch.wake_if_full
            self._couriers[agent] = courier
        self.on_trouble: Callable[[Trouble | None], None] = lambda _trouble: None
        self._stuck: set[str] = set()

    def stuck(self, agent: str, what: str) -> None:
        """Raise or calm the trouble of an agent whose composer needs a person."""
        id_ = f"unproven:{agent}"
        if what and agent not in self._stuck:
            self._stuck.add(agent)
            todo = "open its pane: submit or clear what stands there; its mail waits"
            trouble = Trouble(id=id_, what=f"{agent}: {what}", todo=todo, since=self._clock.wall())
            self.router.on_trouble(id_, trouble)
        elif not what and agent in self._stuck:
            self._stuck.discard(agent)
            self.router.on_trouble(id_, None)

    async def recover(self, in_doubt: set[str]) -> None:
        """After a start: mark what was being typed, file what is finished, learn known files."""

        async def work(tx: Transaction) -> None:
            for row in await tx.rows("pasting"):
                await tx.run("doubt_unknown", tx.now, row["id"])
                await tx.event(
                    "message.in_doubt",
                    agent=row["recipient"],
                    message=row["id"],
                    text="the supervisor ended while this was typed: looked for, or typed again",
                )

        await self._ledger.write(work)
        for row in list(await self._ledger.rows("unfiled")):
            view = view_of(row)
            await (self.bury(view, []) if view.state is MessageState.DEAD else self.file_away(view))
        await self.router.recall(in_doubt)

    async def run(self) -> None:
        """Route and deliver for ever; its owner cancels it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.watch.run())
            tasks.create_task(self._file_finished())
            for courier in self._couriers.values():
                tasks.create_task(courier.run())

    def wake(self, agent: str) -> None:
        """The agent changed: its courier looks again."""
        if agent in self._couriers:
            self._couriers[agent].wake()

    async def _scan(self) -> bool:
        renamed_in, self.watch.renamed_in = self.watch.renamed_in, set()
        try:
            again = await self.router.scan(renamed_in)
        except OSError as error:
            self.watch.renamed_in |= renamed_in
            todo = "free space, descriptors or rights; it is tried again, messages stay there"
            what = f"the message folders cannot be looked through: {error.strerror}"
            now = self._clock.wall()
            self.router.on_trouble("scan", Trouble(id="scan", what=what, todo=todo, since=now))
            return True
        self.router.on_trouble("scan", None)
        self.watch.left_behind = self.router.left_behind
        return again

    def _accepted(self, message: MessageView) -> None:
        self.wake(message.recipient)

    def _finished(self, message: MessageView) -> None:
        self._to_file.put_nowait(message)

    async def _file_finished(self) -> None:
        while True:
            message = await self._to_file.get()
            if message.state is MessageState.DEAD:
                await self.bury(message, [])
            else:
                await self.file_away(message)

    async def file_away(self, message: MessageView) -> None:
        """Move a finished message's file; a disk that refuses is shown and asked again later."""
        rows = list(await self._ledger.rows("message", message.id))
        key = rows[0]["file_key"] if rows else ""
        if not key:
            return
        body = await self._ledger.body(message.id)
        try:
            await asyncio.to_thread(file_away, self._project, message, key, body)
        except OSError as error:
            self.on_trouble(
                Trouble(
                    id="filing",
                    what=f"cannot move a finished message: {error.strerror}",
                    todo="free space or rights for .orchestrator/messages; it is tried again",
                    since=self._clock.wall(),
                )
            )
            await asyncio.sleep(1)
            self._to_file.put_nowait(message)
            return
        await self._ledger.write(lambda tx: tx.run("filed", message.id))
        self.router.forget(message.recipient, message.name)
        self.on_trouble(None)

    async def bury(self, message: MessageView, screen: list[str]) -> None:
        """Write a dead letter's sidecar and move its file."""
        attempts = await self._ledger.attempts(message.id)
        with suppress(OSError):
            await asyncio.to_thread(write_sidecar, self._project, message, attempts, screen)
        await self.file_away(message)

    async def details(self, id_: str) -> dict[str, object]:
        """Everything known of a message: body, attempts, the screen it met."""
        view = await self._message(id_)
        body = await self._ledger.body(id_)
        attempts = await self._ledger.attempts(id_)
        sidecar = await asyncio.to_thread(read_sidecar, self._project, id_)
        return {
            "message": view.model_dump(mode="json"),
            "body": body.decode("utf-8", "backslashreplace"),
            "attempts": [attempt.model_dump() for attempt in attempts],
            "screen": sidecar.get("screen", []),
        }

    async def send(self, sender: str, recipient: str, topic: str, body: str) -> str:
        """Put a message into an inbox; returns its file's name."""
        path: Path = await asyncio.to_thread(post, self._project, sender, recipient, topic, body)
        self.watch.wake()
        return path.name

    async def redrive(self, id_: str, recipient: str | None, body: str | None) -> str:
        """Put a message back at its queue's end, or another's, perhaps edited; returns the new id.

        The new one is written first and only then is the old one marked: nothing is lost between.
        """
        old = await self._message(id_)
        to = recipient or old.recipient
        if to not in self._runners and to != HUMAN:
            checked_inbox(self._project, to)
            raise Refused(f"no agent is called {to!r}", f"known: {', '.join(self._runners)}")
        if old.state in (MessageState.PASTING, MessageState.REDRIVEN, *OPEN):
            raise Refused(f"message {id_} is {old.state}", "wait until it is done")
        data = body.encode() if body is not None else await self._ledger.body(id_)
        if not data.strip():
            raise Refused(f"message {id_} has no readable text", "edit it: crewtui dead edit")
        new = new_id()
        name = fitted(old.name, new)
        hidden = await asyncio.to_thread(write_hidden, self._project.inbox(to), data)
        key = key_of(hidden.lstat())
        self.router.expect(to, name, key)
        view = await self._ledger.write(
            lambda tx: self._redrive(tx, old, new, to, (name, key, data))
        )
        hidden.rename(self._project.inbox(to) / name)
        self._finished(view)
        self.wake(to)
        return new

    async def _redrive(
        self, tx: Transaction, old: MessageView, new: str, to: str, file: tuple[str, str, bytes]
    ) -> MessageView:
        name, key, data = file
        await add_row(tx, new, to, old.sender, old.topic, name, data, key, old.id)
        view = await tx.move(old.id, MessageState.REDRIVEN, f"sent again as {new}")
        await tx.event(
            "message.redriven",
            agent=to,
            message=new,
            text=f"{old.sender} -> {to} sent again, at the end of the queue",
            redrive_of=old.id,
            was=old.state,
        )
        return view

    async def finish(self, id_: str, state: MessageState, kind: str, text: str) -> None:
        """End a message by a person's decision: read, or purged."""
        view = await self._message(id_)
        if view.state in (MessageState.PASTING, MessageState.DELIVERED, *OPEN):
            raise Refused(f"message {id_} is {view.state}", "there is nothing to do")

        async def work(tx: Transaction) -> MessageView:
            moved = await tx.move(id_, state, text)
            await tx.event(kind, agent=view.recipient, message=id_, text=f"{text}: {view.name}")
            return moved

        finished = await self._ledger.write(work)
        if state is MessageState.PURGED:
            with suppress(OSError):
                await asyncio.to_thread(set_aside, self._project, finished)
        self._finished(finished)

    async def queue_prompt(
        self, agent: str, text: str, *, given: bool = False, resumed: bool = False
    ) -> None:
        """Queue a run's startup prompt, as a message like any other; those of older runs are over.

        ``given`` is one that stood on the program's command line. A ``resumed`` session needs it
        only if the run before ended without it.
        """
        id_ = new_id()

        async def work(tx: Transaction) -> None:
            last = await tx.rows("last_prompt", agent, SELF, STARTUP_TOPIC)
            if resumed and not (last and last[0]["state"] in _UNHEARD):
                return
            await self._supersede(tx, agent, "the next run has its own")
            await add_row(tx, id_, agent, SELF, STARTUP_TOPIC, f"{id_}.md", text.encode())
            if given and not resumed:
                why = "given on the command line"
                await tx.move(id_, MessageState.DELIVERED, why)
                said = f"startup prompt of {agent}: {why}"
                await tx.event("message.delivered", agent=agent, message=id_, text=said)

        await self._until_typed(agent)
        await self._ledger.write(work)
        self.wake(agent)

    async def supersede_prompt(self, agent: str, why: str) -> None:
        """End the startup prompts that an agent has not got: the run they were for is over."""
        await self._ledger.write(lambda tx: self._supersede(tx, agent, why))

    async def _supersede(self, tx: Transaction, agent: str, why: str) -> None:
        for row in list(await tx.rows("open_prompts", agent, SELF, STARTUP_TOPIC)):
            await tx.move(row["id"], MessageState.SUPERSEDED, why)
            text = f"startup prompt of {agent} was not typed: {why}"
            await tx.event("message.superseded", agent=agent, message=row["id"], text=text)

    async def _until_typed(self, agent: str) -> None:
        """Wait until an older prompt is not being typed any more: its pane has just ended."""
        for _ in range(PROMPT_LOOKS):
            last = list(await self._ledger.rows("last_prompt", agent, SELF, STARTUP_TOPIC))
            if not last or last[0]["state"] != MessageState.PASTING:
                return
            await asyncio.sleep(PROMPT_LOOK_S)

    async def queue_own(self, agent: str, topic: str, text: str) -> str:
        """Queue a message of the supervisor's own to an agent; returns its id."""
        id_ = new_id()

        async def work(tx: Transaction) -> None:
            await add_row(tx, id_, agent, SELF, topic, f"{id_}.md", text.encode())

        await self._ledger.write(work)
        self.wake(agent)
        return id_

    async def confirm(self, agent: str, id_: str) -> None:
        """The agent's own signal says that this message was submitted to it.

        Believed only of the agent's own message that was typed: words alone confirm nothing.
        """
        view = await self._ledger.message(id_)
        if view is None or view.recipient != agent or not was_typed(view):
            return
        self.confirmed.add(id_)
        if view.state is not MessageState.DELIVERED or view.reason == CONFIRMED:
            return

        async def work(tx: Transaction) -> None:
            await tx.move(id_, MessageState.DELIVERED, CONFIRMED)
            text = f"{view.recipient} confirms {view.sender}'s message"
            kind = "message.confirmed"
            await tx.event(kind, agent=view.recipient, message=id_, text=text)

        await self._ledger.write(work)

    def waiting(self, agent: str) -> bool:
        """Whether a message waits for the agent or is being typed."""
        return self._couriers[agent].has_mail if agent in self._couriers else False

    async def _message(self, id_: str) -> MessageView:
        view = await self._ledger.message(id_)
        if view is None:
            raise Refused(f"no message {id_!r}", "list them with: crewtui inbox or crewtui dead")
        return view


def was_typed(message: MessageView) -> bool:
    """Whether it was typed into its agent's pane, with whatever outcome."""
    typed = message.state in (MessageState.PASTING, MessageState.DELIVERED, *OPEN)
    return typed or message.in_doubt or message.attempts > 0
