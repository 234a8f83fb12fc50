"""Who may make which request: over the whole table, on the socket and by file."""

import asyncio
import json
from typing import Any

import pytest

from crewtui.core.client.call import call
from crewtui.core.client.identity import as_operator
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.rpc import wire
from crewtui.core.rpc.deciding import OpenVote
from crewtui.core.rpc.mail import SendMessage, ShowMessage
from crewtui.core.rpc.request import Who
from crewtui.core.rpc.requests import REQUESTS
from crewtui.core.rpc.status import Status
from crewtui.core.rpc.watching import Events
from crewtui.core.service.handlers import HANDLERS
from tests.support.doors import Doors
from tests.support.protocol_doc import DOC, text

OPERATORS = [name for name, kind in REQUESTS.items() if kind.WHO is Who.OPERATOR]
NOT_ANYONES = [name for name, kind in REQUESTS.items() if kind.WHO is not Who.ANYONE]
ANYONES = [name for name, kind in REQUESTS.items() if kind.WHO is Who.ANYONE]


async def answer(door: Doors, method: str, said: Any, params: Any = None) -> dict[str, Any]:
    """The answer to one request as it is written by hand."""
    reader, writer = await door.open()
    asked = {"id": 1, "method": method, "params": {} if params is None else params, "as": said}
    writer.write(wire.hello() + wire.encode(asked))
    await reader.readline()
    found = json.loads(await reader.readline())
    writer.close()
    return dict(found)


def test_each_request_has_a_handler_and_says_what_it_is() -> None:
    assert set(HANDLERS) == set(REQUESTS.values())
    for kind in REQUESTS.values():
        assert kind.__doc__
        assert not kind.__doc__.startswith(f"{kind.__name__}(")  # written by dataclass


def test_what_is_anyones_is_reading_alone() -> None:
    assert ANYONES == ["status", "subscribe", "events", "approvals"]


async def test_with_an_agents_token_each_operators_request_is_refused(door: Doors) -> None:
    for name in OPERATORS:
        error = (await answer(door, name, door.said_by("a")))["error"]
        assert error["message"] == f"only the operator may do that ({name})"


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        {"token": "0" * 64},
        {"token": "é"},
        {"agent": "a", "token": "0" * 64},
        {"agent": "a"},
        {"agent": "nobody", "token": "0" * 64},
        {"agent": ["a"], "token": {}},
    ],
    ids=str,
)
async def test_with_a_wrong_token_every_request_but_anyones_is_refused(
    said: Any, door: Doors
) -> None:
    for name in NOT_ANYONES:
        error = (await answer(door, name, said))["error"]
        assert error["message"].startswith("not the ")
        assert error["data"]["exit_code"] == Refused.exit_code


async def test_another_agents_token_is_a_wrong_one(door: Doors) -> None:
    said = {"agent": "a", "token": door.token("b")}
    for name in NOT_ANYONES:
        assert "not the token of 'a'" in (await answer(door, name, said))["error"]["message"]


async def test_what_is_anyones_needs_no_token(door: Doors) -> None:
    for name in ANYONES:
        assert "result" in await answer(door, name, None)


async def test_by_file_an_agent_gets_what_is_an_agents_alone(door: Doors) -> None:
    for number, name in enumerate((*OPERATORS, *ANYONES)):
        reply = f"{number:08x}"
        data = {"method": name, "reply": reply, "until": 1e11, **wire.Peer().facts}
        facts = {"token": door.token("a"), "name": "request", "data": data}
        hidden = door.spool("a") / f".{reply}"
        hidden.write_text(json.dumps(facts))
        hidden.rename(door.spool("a") / f"{reply}.json")
        path = door.project.agent_folder("a") / "answers" / f"{reply}.json"
        async with asyncio.timeout(10):
            while not path.exists():
                await asyncio.sleep(0.01)
        said = json.loads(path.read_text())["error"]["message"]
        assert said.startswith(("only the operator", "no request by file"))


async def test_the_sender_of_a_message_is_whoever_asks(door: Doors) -> None:
    sent = SendMessage(recipient="b", body="hello")
    await asyncio.to_thread(call, door.project, sent, said=door.said_by("a"))
    await asyncio.to_thread(call, door.project, sent, said=door.said_by())
    async with asyncio.timeout(10):
        while len(door.crew.feed.state.messages) < 2:
            await asyncio.sleep(0.01)
    senders = sorted(m.sender for m in door.crew.feed.state.messages.values())
    assert senders == ["a", "human"]


async def test_an_agent_reads_its_own_messages_alone(door: Doors) -> None:
    sent = SendMessage(recipient="b", body="for b alone")
    await asyncio.to_thread(call, door.project, sent, said=door.said_by())
    async with asyncio.timeout(10):
        while not door.crew.feed.state.messages:
            await asyncio.sleep(0.01)
    show = ShowMessage(message=next(iter(door.crew.feed.state.messages)))
    found = await asyncio.to_thread(call, door.project, show, said=door.said_by("b"))
    assert found["body"] == "for b alone"
    with pytest.raises(Refused, match="no message of a's"):
        await asyncio.to_thread(call, door.project, show, said=door.said_by("a"))


async def test_who_asked_is_written_with_what_was_decided(door: Doors) -> None:
    asked = OpenVote(title="which", options=("X", "Y"))
    await asyncio.to_thread(call, door.project, asked, said=door.said_by())
    opened = await door.events("vote.opened")
    assert [event.detail["who"] for event in opened] == ["operator"]
    await answer(door, "agent.stop", door.said_by(), {"agent": "a"})
    assert [event.detail["who"] for event in await door.events("agent.asked")] == ["operator"]


async def test_what_was_refused_is_on_record_with_who_tried(door: Doors) -> None:
    for _ in range(3):
        await answer(door, "approval.decide", door.said_by("a"))
    await answer(door, "vote.cast", {"agent": "b", "token": door.token("a")})
    found = [(event.agent, event.detail["what"]) for event in await door.events("request.refused")]
    assert found == [("a", "approval.decide"), ("", "vote.cast")]


async def test_what_happens_by_itself_is_nobodys(door: Doors) -> None:
    await door.crew.ledger.event("bench", text="by itself")
    assert "who" not in (await door.events("bench"))[0].detail


async def test_a_client_never_makes_the_secret(door: Doors) -> None:
    secret = door.project.runtime / "secret"
    kept = secret.read_bytes()
    secret.unlink()
    assert as_operator(door.project) == {}
    assert not secret.exists()
    with pytest.raises(Refused, match="not the operator's token"):
        await asyncio.to_thread(call, door.project, OpenVote(title="t", options=("X", "Y")))
    secret.write_bytes(kept)


@pytest.mark.parametrize(
    ("method", "params", "field"),
    [
        ("events", {"limit": "abc"}, "limit: "),
        ("events", {"limit": True}, "limit: "),
        ("events", {"after": -1}, "after: "),
        ("events", {"after": 10**400}, "after: "),
        ("events", {"since": 1}, "since: "),
        ("events", [], "params: "),
        ("approval.decide", {"approval": "x", "role": "foo"}, "role: "),
        ("approval.decide", {}, "approval: "),
        ("panes.show", {"agents": []}, "agents: "),
        ("panes.show", {"agents": {"a": [1]}}, "agents.a"),
        ("pane.keys", {"agent": "a", "keys": "Enter"}, "keys: "),
        ("task.claim", {"task": 7}, "task: "),
        ("task.decide", {"task": "t", "approve": "yes"}, "approve: "),
        ("debate.extend", {"seconds": float("nan")}, "seconds: "),
        ("message.send", {"recipient": "a", "body": "\ud800"}, "body: "),
    ],
)
async def test_an_answer_names_the_field_that_is_wrong(
    method: str, params: Any, field: str, door: Doors
) -> None:
    error = (await answer(door, method, door.said_by(), params))["error"]
    assert field in error["message"]


async def test_an_unknown_request_is_said_by_its_name(door: Doors) -> None:
    error = (await answer(door, "task.destroy", door.said_by()))["error"]
    assert (error["code"], error["message"]) == (wire.UNKNOWN_METHOD, "no request 'task.destroy'")


async def test_a_refusal_of_a_command_ends_it_with_words(door: Doors) -> None:
    with pytest.raises(CrewtuiError, match="limit: "):
        await asyncio.to_thread(call, door.project, Events(limit=-1))
    assert await asyncio.to_thread(call, door.project, Status())


def test_the_documentation_of_the_wire_is_what_the_table_says() -> None:
    assert DOC.read_text(encoding="utf-8") == text(), "run: python -m tests.support.protocol_doc"
