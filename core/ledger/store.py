"""The ledger: one writer connection to SQLite; each change is committed with its event.

A write that the disk or a lock refuses is tried again until it works: callers wait, the trouble
is shown, and nothing is dropped. After each commit ``on_commit`` gets the changes, in order.
"""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import aiosqlite
from pydantic import BaseModel

from crewtui.core.ledger.asker import ASKER
from crewtui.core.ledger.images import triggers_of
from crewtui.core.ledger.reading import Records
from crewtui.core.ledger.refusal import is_mistake, passes
from crewtui.core.ledger.sql import migrate, queries
from crewtui.core.model.clock import Clock
from crewtui.core.model.crew_state import ChangeKind, Trouble
from crewtui.core.model.debate import DebateView
from crewtui.core.model.errors import LedgerError, Refused
from crewtui.core.model.event import Event
from crewtui.core.model.message import Attempt, DeadReason, MessageState, MessageView
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.phase import PhaseView
from crewtui.core.model.redact import Redactor
from crewtui.core.model.task import TaskView
from crewtui.core.model.vote import VoteView

T = TypeVar("T")
R = TypeVar("R", DebateView, VoteView, TaskView, MilestoneView, PhaseView)
KINDS: dict[type[BaseModel], ChangeKind] = {
    DebateView: "debate",
    VoteView: "vote",
    TaskView: "task",
    MilestoneView: "milestone",
    PhaseView: "phase",
}
"""What the ledger calls each kind of record."""
Committed = list[tuple[ChangeKind, dict[str, Any]]]
RETRY_S = 0.5
"""How long to wait after a refused write, in seconds."""
TROUBLE = "ledger"
OPEN_S = 0.5
"""So long a lock is waited for at the opening; whoever opens tries again, in seconds."""


class Transaction:
    """What may be done within one commit; everything noted here is published after it."""

    def __init__(
        self, connection: aiosqlite.Connection, clock: Clock, redactor: Redactor, records: Records
    ):
        self._connection = connection
        self._clock = clock
        self._redactor = redactor
        self._records = records
        self.committed: Committed = []

    @property
    def now(self) -> float:
        """UTC seconds."""
        return self._clock.wall()

    async def run(self, query: str, *values: Any) -> int:
        """Run a named query; returns the last row's id."""
        cursor = await self._connection.execute(queries()[query], values)
        row = cursor.lastrowid or 0
        await cursor.close()
        return row

    async def change(self, query: str, *values: Any) -> int:
        """Run a named query; returns how many rows it changed."""
        cursor = await self._connection.execute(queries()[query], values)
        count = cursor.rowcount
        await cursor.close()
        return count

    async def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """The rows of a named query."""
        return list(await self._connection.execute_fetchall(queries()[query], values))

    async def event(
        self, kind: str, *, agent: str = "", message: str = "", text: str = "", **detail: Any
    ) -> None:
        """Record an event with the change that it reports; secrets are taken out of it."""
        if asker := ASKER.get():
            detail.setdefault("who", asker)
        text, detail = self._redactor.text(text), self._redactor.value(detail)
        row = await self.run("add_event", self.now, kind, agent, message, text, json.dumps(detail))
        event = Event(
            id=row,
            at=self.now,
            kind=kind,
            agent=agent,
            message=message,
            text=text,
            detail=detail,
        )
        self.committed.append(("event", event.model_dump()))

    async def message(self, id_: str) -> MessageView | None:
        """One message as it is now."""
        rows = await self.rows("message", id_)
        return view_of(rows[0]) if rows else None

    async def publish_message(self, id_: str) -> MessageView:
        """Note that a message changed, and return it."""
        view = view_of((await self.rows("message", id_))[0])
        self.committed.append(("message", view.model_dump(mode="json")))
        return view

    async def record(self, model: type[R], id_: str) -> R | None:
        """A debate, vote, task, milestone or phase as it is now."""
        rows = await self.rows("record", KINDS[model], id_)
        return self._records.read(model, KINDS[model], rows[0]) if rows else None

    async def records(self, model: type[R]) -> list[R]:
        """All of a kind, in the order they were made."""
        rows = await self.rows("records", KINDS[model])
        return self._records.read_all(model, KINDS[model], list(rows))

    async def keep(self, record: R) -> R:
        """Keep a record as it is now, and note that it changed."""
        kind = KINDS[type(record)]
        if (kind, record.id) in self._records.unreadable:
            what = f"there is a {kind} {record.id} already, which this crewtui cannot read"
            raise Refused(what, "use the version that wrote it, or another id")
        await self.run("put_record", kind, record.id, record.model_dump_json())
        self.committed.append((kind, record.model_dump(mode="json")))
        return record

    async def move(self, id_: str, state: MessageState, reason: str = "") -> MessageView:
        """Put a message into a state."""
        await self.run("move_message", state, reason, self.now, id_)
        return await self.publish_message(id_)

    async def dead(self, id_: str, reason: DeadReason, evidence: str = "") -> MessageView:
        """Make a message a dead letter."""
        view = await self.move(id_, MessageState.DEAD, reason)
        await self.event(
            "message.dead",
            agent=view.recipient,
            message=id_,
            text=f"{view.sender} -> {view.recipient} dead: {reason.replace('_', ' ')}",
            reason=reason,
            evidence=evidence,
        )
        return view


class Ledger:
    """The SQLite file of one project."""

    def __init__(self, path: Path, clock: Clock):
        self.path = path
        self._clock = clock
        self._connection: aiosqlite.Connection | None = None
        self._reading: aiosqlite.Connection | None = None
        self.redactor = Redactor()
        self.records_read = Records()
        self._lock = asyncio.Lock()
        self._refused = False
        self.on_commit: Callable[[Committed], None] = lambda _changes: None
        self.on_trouble: Callable[[Trouble | None], None] = lambda _trouble: None

    async def __aenter__(self) -> "Ledger":
        self.path.touch(mode=0o600, exist_ok=True)
        connection = await aiosqlite.connect(self.path, isolation_level=None, timeout=0.2)
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            await connection.execute(f"PRAGMA {pragma}")
        for trigger in await asyncio.to_thread(triggers_of, self.path):
            await connection.execute(trigger)
        self._connection = connection
        # what is read is what was committed, never half of a transaction that is being written
        self._reading = await aiosqlite.connect(self.path, isolation_level=None, timeout=0.2)
        self._reading.row_factory = sqlite3.Row
        await self._reading.execute("PRAGMA query_only = ON")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in (self._reading, self._connection):
            if connection is not None:
                await connection.close()
        self._reading = self._connection = None

    @property
    def connection(self) -> aiosqlite.Connection:
        """The open connection."""
        if self._connection is None:
            raise LedgerError("the ledger is closed")
        return self._connection

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do the work in one transaction and publish its changes; waits out a refusing disk.

        ``work`` may run more than once, so it must touch nothing but the ledger.
        Raises ``LedgerError`` if the file is damaged.
        """
        while True:
            async with self._lock:
                transaction = Transaction(
                    self.connection, self._clock, self.redactor, self.records_read
                )
                try:
                    await self.connection.execute("BEGIN IMMEDIATE")
                    result = await work(transaction)
                    await self.connection.execute("COMMIT")
                except sqlite3.DatabaseError as error:
                    await self._roll_back()
                    if is_mistake(error):
                        raise
                    self._report(error)
                    if not passes(error):
                        raise LedgerError(
                            f"{self.path}: {error}", "run: crewtui stop; crewtui up"
                        ) from None
                except BaseException:
                    await self._roll_back()
                    raise
                else:
                    self.on_commit(transaction.committed)
                    self._calm()
                    return result
            await asyncio.sleep(RETRY_S)

    async def move_to(self, path: Path) -> None:
        """Write all of it to a new file and nothing more to the old one: later writes wait.

        The process is to begin again on the new file. Raises ``OSError``, and writes go on.
        """
        await self._lock.acquire()
        hidden = path.with_name(f".{path.name}.new")
        try:
            await asyncio.to_thread(hidden.unlink, missing_ok=True)
            await asyncio.to_thread(hidden.touch, 0o600)
            target = sqlite3.connect(hidden, check_same_thread=False)
            try:
                await self.connection.backup(target)
            finally:
                target.close()
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            hidden.replace(path)
        except (OSError, sqlite3.Error) as error:
            self._lock.release()
            raise OSError(f"{path}: {error}") from error

    async def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            await self.connection.execute("ROLLBACK")

    def _calm(self) -> None:
        """The disk serves again, whoever was refused before."""
        if self._refused:
            self._refused = False
            self.on_trouble(None)

    def _report(self, error: sqlite3.Error, done: str = "written") -> None:
        self._refused = True
        self.on_trouble(
            Trouble(
                id=TROUBLE,
                what=f"the ledger cannot be {done}: {error}",
                todo=f"free space or rights for {self.path}; messages wait in their folders",
                since=self._clock.wall(),
            )
        )

    async def rows(self, query: str, *values: Any) -> Iterable[sqlite3.Row]:
        """The rows of a named query, outside a transaction; waits out a refusing disk."""
        while True:
            if self._reading is None:
                raise LedgerError("the ledger is closed")
            try:
                found = await self._reading.execute_fetchall(queries()[query], values)
            except sqlite3.DatabaseError as error:
                if is_mistake(error):
                    raise
                self._report(error, "read")
                if not passes(error):
                    raise LedgerError(
                        f"{self.path}: {error}", "run: crewtui stop; crewtui up"
                    ) from None
            else:
                self._calm()
                return found
            await asyncio.sleep(RETRY_S)

    async def body(self, id_: str) -> bytes:
        """The bytes of a message; empty if there are none."""
        rows = list(await self.rows("body", id_))
        return bytes(rows[0][0]) if rows else b""

    async def attempts(self, id_: str) -> list[Attempt]:
        """Every try to deliver a message."""
        return [Attempt(**dict(row)) for row in await self.rows("attempts", id_)]

    async def message(self, id_: str) -> MessageView | None:
        """One message as it is now."""
        rows = list(await self.rows("message", id_))
        return view_of(rows[0]) if rows else None

    async def record(self, model: type[R], id_: str) -> R | None:
        """A debate, vote, task, milestone or phase as it is now."""
        rows = list(await self.rows("record", KINDS[model], id_))
        return self.records_read.read(model, KINDS[model], rows[0]) if rows else None

    async def records(self, model: type[R]) -> list[R]:
        """All of a kind, in the order they were made."""
        rows = await self.rows("records", KINDS[model])
        return self.records_read.read_all(model, KINDS[model], list(rows))

    async def event(self, kind: str, **facts: Any) -> None:
        """Record an event that reports no other change."""
        await self.write(lambda tx: tx.event(kind, **facts))


def view_of(row: sqlite3.Row) -> MessageView:
    """The message in a row of ``messages``."""
    keys = MessageView.model_fields.keys()
    return MessageView.model_validate({key: row[key] for key in row.keys() if key in keys})  # noqa: SIM118


def event_of(row: sqlite3.Row) -> Event:
    """The event in a row of ``events``."""
    return Event.model_validate({**dict(row), "detail": json.loads(row["detail"])})


def open_or_rebuild(path: Path, stamp: str, problem: str | None = None) -> str | None:
    """Check the ledger before it is used, and bring it to the newest schema.

    ``problem`` is what is known to be wrong with it. A damaged file is moved aside as
    ``ledger.db.bad-<stamp>``, a new one made; returns what happened then, else none.
    Raises ``LedgerError`` for a ledger of a newer crewtui.
    """
    problem = problem or _problem_of(path)
    if problem is not None:
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(path.with_name(f"{path.name}.bad-{stamp}{suffix}"))
    path.touch(mode=0o600, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, timeout=OPEN_S)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # heeded by an empty file alone
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection)
    except ValueError as error:
        raise LedgerError(f"{path}: {error}", "use the newer crewtui, or move the file") from None
    except sqlite3.OperationalError as error:
        raise LedgerError(f"{path}: {error}", "free space or rights, then: crewtui up") from None
    finally:
        connection.close()
    return problem


def _problem_of(path: Path) -> str | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = sqlite3.connect(path, timeout=OPEN_S)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        return None if found == "ok" else str(found)
    except sqlite3.OperationalError as error:
        raise LedgerError(f"{path}: {error}", "end what holds it, then: crewtui up") from None
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        connection.close()
