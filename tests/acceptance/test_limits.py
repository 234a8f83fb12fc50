"""A supervisor that may open no further file: it lives, and all is well when it may again."""

import os
import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.crews import CAT, RealCrew


@contextmanager
def no_descriptor_left(pid: int) -> Iterator[None]:
    """The process may open nothing more until this ends."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="there is no prlimit here")
def test_an_agent_that_died_while_no_descriptor_was_left_starts_again(crew: RealCrew) -> None:
    crew.write({"a": {**CAT, "restart": {"base_s": 0.1, "max_s": 0.1}}, "b": CAT})
    crew.up()
    for name in ("a", "b"):
        crew.until_state(name, "idle")
    supervisor, agent = crew.state()["supervisor"]["pid"], crew.agent("a")["pid"]
    with no_descriptor_left(supervisor):
        os.kill(agent, signal.SIGKILL)
        crew.drop("b", "1__from-human__to-b.md", b"wait until it works")
        _until_refused(crew)
    crew.until(lambda: crew.agent("a")["state"] == "idle" and crew.agent("a")["pid"] != agent)
    crew.until(lambda: crew.messages(state="delivered"))
    assert crew.state()["supervisor"]["pid"] == supervisor


def _until_refused(crew: RealCrew) -> None:
    """The agent's start was refused; the supervisor cannot be asked, so its ledger is read."""

    def refused() -> bool:
        with sqlite3.connect(f"file:{crew.project.ledger}?mode=ro", uri=True) as ledger:
            query = "SELECT count(*) FROM events WHERE kind = 'agent.failed'"
            return bool(ledger.execute(query).fetchone()[0])

    crew.until(lambda: refused() or not crew.is_up())
