"""Many programs in one crew, each taken through its row at the same time as the others."""

import os
import re
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.model.errors import CrewtuiError
from tests.prompts.row import Room, Row, Typed
from tests.support.crews import RealCrew

LIMIT_S = 40.0
LOOK_S = 0.15
WATCHED_S = 3.3
"""A held message is looked at each second: so long it is watched, three looks and some."""
FINAL = ("delivered", "dead", "duplicate")
OVER = ("exited", "failed", "degraded", "stopped")
HEADS = re.compile(
    r"^(?:> )?\[from human(?: · [^\]]*)? · #(\w+)(?: · redelivered)?\][ \n]?(.*)$", re.S
)


class Hall:
    """A crew with one agent for each row."""

    def __init__(self, root: Path, rows: list[Row]):
        self.crew = RealCrew(root / "proj")
        self.crew.project.root.mkdir(parents=True)
        self.rows = {row.id: row for row in rows}
        self.names = {row.id: f"p{number}" for number, row in enumerate(rows)}
        self._pool = ThreadPoolExecutor(max_workers=max(1, len(rows)))
        self._courses: dict[str, Future[None]] = {}
        self._lock = threading.Lock()
        self._seen: tuple[float, dict[str, Any]] = (0.0, {})
        self._begun: tuple[float, set[str]] = (0.0, set())

    def open(self) -> None:
        """Start the crew and every row's course."""
        for row in self.rows.values():
            room = self.room(row)
            room.mkdir(parents=True)
            if row.setup:
                environment = os.environ | {"HOME": str(room), "GIT_CONFIG_NOSYSTEM": "1"}
                subprocess.run(
                    ["bash", "-ec", row.setup],
                    cwd=room,
                    env=environment,
                    check=True,
                    capture_output=True,
                )
        self.crew.write({self.names[id_]: self._table(row) for id_, row in self.rows.items()})
        if self.rows:
            self.crew.up()
        for id_, row in self.rows.items():
            self._courses[id_] = self._pool.submit(Course(self, row).run)

    def result(self, row: Row) -> None:
        """Wait for the row's end; raises what went wrong."""
        if missing := row.missing():
            pytest.skip(f"not installed here: {', '.join(missing)}")
        self._courses[row.id].result(timeout=4 * LIMIT_S)

    def room(self, row: Row) -> Room:
        """The folder that the row's program works in."""
        return self.crew.project.root / "rooms" / row.id

    def state(self) -> dict[str, Any]:
        """The crew's state, as it was a moment ago at most."""
        with self._lock:
            at, found = self._seen
            if time.monotonic() - at > LOOK_S:
                found = self.crew.state()
                self._seen = (time.monotonic(), found)
            return found

    def typed(self) -> set[str]:
        """The messages that the supervisor began to type, as it was a moment ago at most."""
        with self._lock:
            at, found = self._begun
            if time.monotonic() - at > 2 * LOOK_S:
                found = {event["message"] for event in self.crew.events("message.pasting")}
                self._begun = (time.monotonic(), found)
            return found

    def close(self) -> None:
        """End everything."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for row in self.rows.values():
            if row.finish:
                subprocess.run(
                    ["bash", "-c", row.finish], cwd=self.room(row), check=False, capture_output=True
                )
        self.crew.close()

    def _table(self, row: Row) -> dict[str, Any]:
        room = self.room(row)
        table: dict[str, Any] = {
            "command": ["env", f"ROW={row.id}", *row.command],  # places are kept by command
            "cwd": str(room),
            "restart": "never",
            "adapter": "lines" if row.says == "lines" else "generic",
            "env": {
                "HOME": str(room),
                "ROOM": str(room),
                "PAGER": "less",
                "LESSHISTFILE": "-",
                "XDG_CONFIG_HOME": str(room / ".config"),
                "XDG_DATA_HOME": str(room / ".local"),
                "LANG": "C.UTF-8",
                "GIT_CONFIG_NOSYSTEM": "1",
                **{key: value.format(room=room) for key, value in row.env},
            },
        }
        if row.says not in ("", "shown", "never", "lines"):
            table["composer"] = row.says
        return table


class Course:
    """One row, from the program's start to what came of the message."""

    def __init__(self, hall: Hall, row: Row):
        self.hall, self.row = hall, row
        self.name = hall.names[row.id]
        self.room = hall.room(row)

    def run(self) -> None:
        """Take the whole course; raises ``AssertionError`` with what was seen."""
        row = self.row
        self._until(lambda: self._agent()["pane"], "started")
        self._shows(row.stands)
        if row.says in ("shown", "never"):
            self._say_where()
        elif row.says and row.steps:
            self._until(lambda: self._agent()["state"] == "idle", "idle at its first place")
        for step in row.steps:
            self._type(step)
        if row.exception:
            self._answers()
        elif row.held or row.rests != "held":
            id_ = self._send(row.bodies[0])
            self._watch_held(id_)
        else:
            for count, body in enumerate(row.bodies, 1):
                self._delivered(self._send(body), count)

    def _watch_held(self, id_: str) -> None:
        row = self.row
        view = self._until(lambda: self._is_held(id_), f"held: {row.held}")
        until = time.monotonic() + WATCHED_S
        while time.monotonic() < until:
            seen = self._explain()
            view = self._message(id_)
            assert view["state"] == row.rests, self._told(f"{view['state']}: {view['reason']}")
            assert re.search(row.held, view["reason"]), self._told(f"reason: {view['reason']}")
            if row.rests == "held":
                self._nothing_happened(id_)
            if row.rests == "held" and not row.unproven:
                assert id_ not in "".join(seen.get("lines", [])), self._told("it stands there")
            time.sleep(LOOK_S)
        for step in row.answer:
            self._type(step)
        if row.answered is not None:
            self._until(
                lambda: row.answered and row.answered(self.room), "the person's answer counts"
            )
        if row.later:
            self._delivered(id_, 1)
            self._clean()

    def _answers(self) -> None:
        """The known exception: the program's own prompt asks, and the message answers it."""
        self._send(self.row.bodies[0])
        self._until(lambda: not self.row.untouched(self.room), "the message answers")

    def _is_held(self, id_: str) -> bool:
        if self.row.rests == "held":
            self._nothing_happened(id_)
        view = self._message(id_)
        assert view["state"] not in FINAL, self._told(f"{view['state']}: {view['reason']}")
        return view["state"] == self.row.rests and bool(re.search(self.row.held, view["reason"]))

    def _nothing_happened(self, id_: str) -> None:
        self._clean()
        agent = self._agent()
        assert agent["state"] not in OVER, self._told(f"the program ended: {agent['exit']}")
        if not self.row.unproven:
            assert id_ not in self.hall.typed(), self._told("it was typed")
        assert self.row.untouched(self.room), self._told("the program did something")
        took = self.row.takes(self.room) if self.row.takes else []
        assert not any(id_ in text for text in took), self._told(f"it took {took}")

    def _clean(self) -> None:
        assert not (self.room / "touched").exists(), self._told("it ran a command of the text")

    def _delivered(self, id_: str, count: int) -> None:
        row = self.row

        def done() -> bool:
            view = self._message(id_)
            assert view["state"] not in ("dead", "duplicate"), self._told(str(view))
            return bool(view["state"] == "delivered")

        self._until(done, "delivered")
        assert row.takes is not None
        texts = self._until(lambda: self._taken(count), f"{count} texts taken")
        assert len(texts) == count, self._told(f"taken {len(texts)} times: {texts}")
        mine = [text for text in texts if f"#{id_}" in text or row.topic]
        assert mine, self._told(f"#{id_} is not in {texts}")
        if not row.topic:
            body = row.bodies[count - 1] if not row.held else row.bodies[0]
            match = HEADS.match(texts[-1])
            assert match is not None, self._told(f"not our text: {texts[-1]!r}")
            assert match.group(1) == id_
            assert match.group(2) == self._as_typed(body), self._told(f"took {match.group(2)!r}")

    def _taken(self, count: int) -> list[str]:
        assert self.row.takes is not None
        texts = self.row.takes(self.room)
        return texts if len(texts) >= count else []

    def _as_typed(self, body: str) -> str:
        plain = body.removeprefix("\ufeff")
        if self.row.whole:
            return plain
        return " ⏎ ".join(line for line in plain.split("\n") if line.strip())

    def _say_where(self) -> None:
        """As a person would: as often as it is asked, until the place is known."""
        role = "approve" if self.row.says == "shown" else "deny"

        def said() -> bool:
            view = self._asked_where()
            if view is not None:  # refused if its screen changed meanwhile: then it asks anew
                self.hall.crew.call("approval.decide", approval=view["approval"]["id"], role=role)
            if role == "approve":
                return bool(self._agent()["state"] == "idle")
            return view is not None

        self._until(said, "asked where one types, and idle where that was shown")

    def _asked_where(self) -> dict[str, Any] | None:
        view = self._agent()
        return view if view["state"] == "unknown" and view["approval"] else None

    def _type(self, step: Typed) -> None:
        if step.does:
            subprocess.run(["bash", "-ec", step.does], cwd=self.room, check=True)
            return
        if step.text:
            self.hall.crew.call("pane.text", agent=self.name, text=step.text)
        if step.keys:
            self.hall.crew.call("pane.keys", agent=self.name, keys=list(step.keys))
        if step.shows:
            self._shows(step.shows)

    def _send(self, body: str) -> str:
        file = self.hall.crew.call(
            "message.send", recipient=self.name, topic=self.row.topic, body=body
        )

        def accepted() -> str:
            for id_, view in self.hall.state()["messages"].items():
                if view["name"] == file:
                    return str(id_)
            return ""

        return str(self._until(accepted, "accepted"))

    def _agent(self) -> dict[str, Any]:
        return dict(self.hall.state()["agents"][self.name])

    def _message(self, id_: str) -> dict[str, Any]:
        return dict(self.hall.state()["messages"][id_])

    def _explain(self) -> dict[str, Any]:
        return dict(self.hall.crew.call("agent.explain", agent=self.name))

    def _screen(self) -> str:
        pane = self._agent()["pane"]
        return self.hall.crew.tmux("capture-pane", "-p", "-t", pane) if pane else ""

    def _shows(self, pattern: str) -> None:
        sought = re.compile(pattern, re.M)
        self._until(lambda: sought.search(self._screen()), f"shows {pattern!r}", 2 * LOOK_S)

    def _until(self, condition: Callable[[], Any], what: str, look_s: float = LOOK_S) -> Any:
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until:
            try:
                if found := condition():
                    return found
            except (CrewtuiError, KeyError):
                pass  # the supervisor is busy, or does not know of it yet
            time.sleep(look_s)
        raise AssertionError(self._told(f"never came about: {what}"))

    def _told(self, what: str) -> str:
        agent = self._agent()
        texts = [m for m in self.hall.state()["messages"].values() if m["recipient"] == self.name]
        said = [f"{m['state']} ({m['reason']})" for m in texts]
        screen = "\n".join(line for line in self._screen().splitlines() if line.strip())
        took = self.row.takes(self.room) if self.row.takes else "-"
        where = f"{agent['state']}: {agent['evidence']} {agent['exit']}"
        asks = (agent["approval"] or {}).get("text", "")
        return (
            f"{what}\nagent {where} {asks}\nmessages {said}\ntook {took}\nscreen:\n{screen[-1500:]}"
        )
