"""Inputs that nobody would write by hand, from a seed: for sockets, files and inboxes."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

NESTED = "[" * 3000 + "]" * 3000
HUGE = "9" * 400
WORDS = [
    *("", "a", "b", "human", "all", "operator", "é", "\ud800", "x" * 5000, "\x00", "\x1b[2J", "-1"),
    *("../../etc", "$(id)", "a\nb", "\u202e", "null", "t-1", "approve", "deny", "1e400"),
]
NUMBERS = [0, -1, 1, 2**63, int(HUGE), 1e308, 0.1, -0.0, True, float("inf")]
NAMES = [
    *("agent", "agents", "keys", "text", "paste", "lines", "message", "recipient", "topic", "body"),
    *("task", "tasks", "approve", "reason", "vote", "option", "ranking", "title", "options"),
    *("debate", "prompt", "rounds", "timebox_s", "participants", "personas", "seconds", "limit"),
    *("after", "approval", "role", "number", "fingerprint", "milestone", "wait", "wait_s", "name"),
    *("token", "data", "idea", "to", "attempt", "voters", "as", "keep_agents", "é"),
]


def value(random: Random, depth: int = 0) -> Any:
    """Any value that JSON can hold, and some that it can hardly."""
    kind = random.randrange(8 if depth < 3 else 5)
    if kind in (0, 1):
        return random.choice(WORDS)
    if kind == 2:
        return random.choice(NUMBERS)
    if kind == 3:
        return random.choice((None, True, False))
    if kind == 4:
        return "".join(chr(random.randrange(1, 0x3000)) for _ in range(random.randrange(12)))
    if kind == 5:
        return [value(random, depth + 1) for _ in range(random.randrange(4))]
    return params(random, depth + 1)


def params(random: Random, depth: int = 0) -> dict[str, Any]:
    """Parameters with known names and unfit values."""
    return {random.choice(NAMES): value(random, depth + 1) for _ in range(random.randrange(6))}


def text(random: Random, whole: Any) -> bytes:
    """The value as JSON, often damaged."""
    found = json.dumps(whole)
    match random.randrange(12):
        case 0:
            return random.randbytes(random.randrange(200)).replace(b"\n", b" ")
        case 1:
            return found[: random.randrange(len(found) + 1)].encode()
        case 2:
            return NESTED.encode()
        case 3:
            return found.replace("1", HUGE).encode()
        case 4:
            at = random.randrange(len(found) + 1)
            return found[:at].encode() + bytes([random.randrange(256)]) + found[at:].encode()
    return found.encode()


def requests(random: Random, methods: list[str], said: list[Any]) -> Iterator[dict[str, Any]]:
    """Requests without end: mostly of known names, by somebody of ``said`` or nobody."""
    number = 0
    while True:
        number += 1
        name = random.choice(methods) if random.random() < 0.95 else value(random)
        found: dict[str, Any] = {"jsonrpc": "2.0", "id": number, "method": name}
        found["params"] = params(random) if random.random() < 0.97 else value(random)
        if random.random() < 0.9:
            found["as"] = random.choice(said) if random.random() < 0.8 else value(random)
        yield found
