"""JSON-RPC 2.0, one message a line: how dashboard and supervisor speak."""

import json
from typing import Any

MAX_LINE = 8 * 1024 * 1024
"""The longest line either end accepts, in bytes."""

BAD_REQUEST = -32600
UNKNOWN_METHOD = -32601
FAILED = -32000


def encode(value: dict[str, Any]) -> bytes:
    """One line of JSON with its newline; half a surrogate pair is written as its escape."""
    text = json.dumps({"jsonrpc": "2.0", **value}, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def request(number: int, method: str, params: dict[str, Any]) -> bytes:
    """A request that expects an answer with the same number."""
    return encode({"id": number, "method": method, "params": params})


def notice(method: str, params: dict[str, Any]) -> bytes:
    """A notification: no answer is expected."""
    return encode({"method": method, "params": params})


def answer(number: int | str, result: Any) -> bytes:
    """The good answer to a request."""
    return encode({"id": number, "result": result})


def refusal(
    number: int | str | None, code: int, what: str, todo: str = "", exit_code: int = 1
) -> bytes:
    """The bad answer to a request, with what to do about it."""
    data = {"todo": todo, "exit_code": exit_code}
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
