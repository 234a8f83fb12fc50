"""A record that cannot be read costs no other record, and ends no start."""

import sqlite3
from contextlib import closing

from crewtui.core.model.debate import DebateView
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.vote import VoteView
from tests.support.doors import Doors

BROKEN = '{"id": "'
MILESTONE = """
[[milestones]]
id = "m1"
title = "One"
checks = [{ name = "x", exists = "x" }]
"""


def _spoil(door: Doors, kind: str, id_: str) -> None:
    with closing(sqlite3.connect(door.project.ledger)) as connection:
        query = "UPDATE records SET value = ? WHERE kind = ? AND id = ?"
        assert connection.execute(query, (BROKEN, kind, id_)).rowcount == 1
        connection.commit()


async def test_a_new_vote_takes_no_id_of_another(door: Doors) -> None:
    votes = door.crew.workflow.votes
    for title in ("one", "two", "three"):
        await votes.open(title, ("A", "B"), ("a", "b"), None)
    _spoil(door, "vote", "v1")
    await votes.open("four", ("A", "B"), ("a", "b"), None)
    kept = {vote.id: vote.title for vote in await door.crew.ledger.records(VoteView)}
    assert kept == {"v2": "two", "v3": "three", "v4": "four"}


async def test_a_new_debate_takes_no_id_of_another(door: Doors) -> None:
    debates = door.crew.workflow.debates
    for prompt in ("one", "two"):
        opened = await debates.start(prompt, 1, 60.0, ("a", "b"), {})
        await debates.cancel(opened.id)
    _spoil(door, "debate", "d1")
    await debates.start("three", 1, 60.0, ("a", "b"), {})
    kept = {debate.id: debate.prompt for debate in await door.crew.ledger.records(DebateView)}
    assert kept == {"d2": "two", "d3": "three"}


async def test_a_start_goes_on_beside_a_milestone_that_cannot_be_read(door: Doors) -> None:
    (door.project.folder / "milestones.toml").write_text(MILESTONE)
    await door.crew.workflow.milestones.load()
    _spoil(door, "milestone", "m1")
    await door.crew.workflow.recover()
    assert await door.crew.ledger.records(MilestoneView) == []
    rows = list(await door.crew.ledger.rows("record", "milestone", "m1"))
    assert [row["value"] for row in rows] == [BROKEN]
