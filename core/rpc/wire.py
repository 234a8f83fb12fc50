"""JSON-RPC 2.0, one message a line: how clients and supervisor speak.

Both ends say first which protocol they speak: the client with ``hello``, in the same write as its
first request, the supervisor with its answer. Who asks stands beside a request's parameters, as
``as``: an agent with the token of its run, or the operator's token alone.
"""

import json
from collections.abc import Mapping
from typing import Any

from crewtui import __version__
from crewtui.core.rpc.request import Request

PROTOCOL = 1
"""Raised whenever an older client or supervisor would misread what is sent. Before 1 none was said.

``hello`` and ``stop`` stay as they are in every protocol, so that each can say and mend it.
"""
HELLO = "hello"
HELLO_ID = 0
MAX_LINE = 8 * 1024 * 1024
"""The longest line either end accepts, in bytes."""

BAD_REQUEST = -32600
UNKNOWN_METHOD = -32601
WRONG_PARAMS = -32602
FAILED = -32000
OTHER_PROTOCOL = -32001


class Peer:
    """What an end says of itself."""

    __slots__ = ("protocol", "version")

    def __init__(self, protocol: int = PROTOCOL, version: str = __version__):
        self.protocol = protocol
        self.version = version

    @property
    def facts(self) -> dict[str, Any]:
        """As it is written."""
        return {"protocol": self.protocol, "version": self.version}


NO_HELLO = Peer(0, "an older one")
"""An end from before there was a greeting."""


def peer_of(facts: Any) -> Peer:
    """What the other end says of itself, whatever it says."""
    facts = facts if isinstance(facts, dict) else {}
    protocol, version = facts.get("protocol"), facts.get("version")
    if not isinstance(protocol, int) or isinstance(protocol, bool) or not 0 < protocol < 2**31:
        return NO_HELLO
    return Peer(protocol, str(version)[:40])


def differ(client: Peer, supervisor: Peer) -> tuple[str, str] | None:
    """What is wrong and the command that mends it, where the two cannot speak with each other."""
    if client.protocol == supervisor.protocol:
        return None
    what = (
        f"this crewtui ({client.version}) speaks protocol {client.protocol}, "
        f"the supervisor ({supervisor.version}) protocol {supervisor.protocol}"
    )
    if client.protocol > supervisor.protocol:
        return what, "crewtui stop --keep-agents; crewtui up"
    return what, "quit it, and start the newer one: crewtui"


def encode(value: dict[str, Any]) -> bytes:
    """One line of JSON with its newline; half a surrogate pair is written as its escape."""
    text = json.dumps({"jsonrpc": "2.0", **value}, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def hello() -> bytes:
    """What a client says first."""
    return encode({"id": HELLO_ID, "method": HELLO, "params": Peer().facts})


def request(number: int, asked: Request, said: Mapping[str, str] | None = None) -> bytes:
    """A request that expects an answer with the same number; ``said`` proves who asks."""
    who = {"as": said} if said else {}
    return encode({"id": number, "method": asked.NAME, "params": asked.params, **who})


def notice(method: str, params: dict[str, Any]) -> bytes:
    """A notification: no answer is expected."""
    return encode({"method": method, "params": params})


def answer(number: int | str, result: Any) -> bytes:
    """The good answer to a request."""
    return encode({"id": number, "result": result})


def refusal(
    number: int | str | None,
    code: int,
    what: str,
    todo: str = "",
    exit_code: int = 1,
    **more: Any,
) -> bytes:
    """The bad answer to a request, with what to do about it."""
    data = {"todo": todo, "exit_code": exit_code, **more}
    return encode({"id": number, "error": {"code": code, "message": what, "data": data}})


def decode(line: bytes) -> dict[str, Any]:
    """The message in one line; raises ``ValueError`` if it is not a JSON object."""
    try:
        value = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
