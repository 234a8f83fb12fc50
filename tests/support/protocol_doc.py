"""Writes ``docs/protocol.md`` from the table of requests; run as a module."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from crewtui import __version__
from crewtui.core.rpc import wire
from crewtui.core.rpc.request import Param, Request, Who
from crewtui.core.rpc.requests import REQUESTS

DOC = Path(__file__).parent.parent.parent / "docs" / "protocol.md"
WORDS = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
}
HEAD = f"""\
# The wire

Written by `python -m tests.support.protocol_doc` from `core/rpc`; a test holds it to the code.

Clients and supervisor speak JSON-RPC 2.0 over a Unix socket that only its user can open, one
JSON object a line, at most {wire.MAX_LINE // 2**20} MiB. Requests of one client are done side
by side, so answers may come in another order; keys and text for one pane keep theirs. A refusal
has a `code`, a `message`, and in `data` what to do (`todo`) and what a command ends with
(`exit_code`). Wrong or unknown parameters are refused by name and leave the connection open.

## Greeting

Both ends first say which protocol they speak. The client writes, together with its first
request:

```
{wire.hello().decode().strip().replace(__version__, "…")}
```

The supervisor answers the same of itself. Where the two differ it refuses
(`{wire.OTHER_PROTOCOL}`), with the command that mends it; `hello` and `stop` are the same in
every protocol. A client without a greeting speaks protocol 0.

## Who asks

Beside `params` stands `as`: `{{"token": …}}` for the operator, made from the project's secret,
or `{{"agent": …, "token": …}}` with the token of the agent's run, which is in its environment.

- **anyone**: whoever reaches the socket, without a token. That is reading what an unfenced
  process of the user could read anyway; a fenced one reaches no socket, and by file these are
  not served.
- **agent**: an agent of the crew, or the operator. What comes of it is written under the
  asker's name.
- **operator**: the operator alone.

A fenced agent puts the request into a file of its own: `{{"token": …, "name": "request",
"data": {{"method": …, "params": …, "protocol": {wire.PROTOCOL}, "reply": …, "until": …}}}}`;
the answer lies in `reply`'s file, or comes as a message after `until` (UTC seconds).

## Notifications

After `subscribe` the supervisor sends `change` (`Change` of `core/model/crew_state.py`): each
has the next `number`, and a gap means: subscribe again. After `panes.show` it sends `frame`
(`ScreenPatch` of `core/model/screen.py`).

## Requests
"""


def text() -> str:
    """The whole page."""
    return HEAD + "".join(_of(kind) for kind in REQUESTS.values())


def _of(kind: type[Request]) -> str:
    about = " ".join((kind.__doc__ or "").split()).replace("``", "`")
    lines = [
        f"\n### `{kind.NAME}`\n",
        f"{about}\n",
        f"Who: {_who(kind)}. Result: `{kind.RESULT}`.\n",
    ]
    schema = TypeAdapter(kind).json_schema()
    params = [_param(kind, name, facts, schema) for name, facts in schema["properties"].items()]
    return "\n".join([*lines, *params, *([""] if params else [])])


def _who(kind: type[Request]) -> str:
    return {Who.ANYONE: "anyone", Who.AGENT: "agent", Who.OPERATOR: "operator"}[kind.WHO]


def _param(kind: type[Request], name: str, facts: dict[str, Any], schema: dict[str, Any]) -> str:
    found = next((part for part in facts.get("anyOf", ()) if part.get("type") != "null"), facts)
    param = _words(kind.__annotations__[name])
    needed = name in schema.get("required", ())
    rest = "" if needed or facts.get("default") in (None, "", [], {}) else f" = {_plain(facts)}"
    limits = ", ".join(_limits(found))
    unit = f" in {param.unit}" if param is not None and param.unit else ""
    about = f": {param.about}" if param is not None else ""
    left_out = "" if needed else ", may be left out"
    said = f"{_type(found)}{unit}{', ' + limits if limits else ''}{left_out}{rest}"
    return f"- `{name}` ({said}){about}"


def _plain(facts: dict[str, Any]) -> str:
    return (
        str(facts["default"]).lower()
        if isinstance(facts["default"], bool)
        else str(facts["default"])
    )


def _words(annotation: Any) -> Param | None:
    for one in (annotation, *getattr(annotation, "__args__", ())):
        for part in getattr(one, "__metadata__", ()):
            if isinstance(part, Param):
                return part
    return None


def _type(found: dict[str, Any]) -> str:
    kind = found.get("type", "")
    if kind == "array":
        return "list"
    return WORDS.get(kind, "object" if kind == "object" else "anything")


def _limits(found: dict[str, Any]) -> list[str]:
    names = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "maxItems": "at most {} parts",
        "maxProperties": "at most {} parts",
    }
    return [
        words.format(f"{found[key]:g}" if isinstance(found[key], float) else found[key])
        for key, words in names.items()
        if key in found
    ]


if __name__ == "__main__":
    DOC.write_text(text(), encoding="utf-8")
