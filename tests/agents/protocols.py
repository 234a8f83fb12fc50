"""The four model protocols that agent CLIs speak, as far as they need to be spoken to."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Event = tuple[str, Json | str]
"""A server-sent event: its name (empty for none) and its data."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model is to answer: pieces of text, or one tool call."""

    pieces: tuple[str, ...] = ()
    tool: str = ""
    arguments: Json = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in one shape: user texts, oldest first; ``fresh`` are those not answered yet."""

    texts: tuple[str, ...]
    fresh: tuple[str, ...]
    tools: dict[str, Json]
    stream: bool
    model: str
    wants_json: bool = False


def unique(prefix: str) -> str:
    """An id as the services make them."""
    return f"{prefix}_{uuid.uuid4().hex[:20]}"


def _texts_of(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    found = []
    for part in content or []:
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            found.append(part["text"])
    return found


def _is_tool_result(item: Json) -> bool:
    if item.get("role") == "tool" or str(item.get("type", "")).endswith("_output"):
        return True
    parts = item.get("content") or item.get("parts") or []
    return isinstance(parts, list) and any(
        isinstance(p, dict) and (p.get("type") == "tool_result" or "functionResponse" in p)
        for p in parts
    )


def _asked(items: list[Json], tools: dict[str, Json], body: Json, **more: Any) -> Asked:
    texts: list[str] = []
    fresh: list[str] = []
    for item in items:
        role, kind = item.get("role"), str(item.get("type", ""))
        if role in ("assistant", "model") or kind in ("function_call", "reasoning"):
            fresh = []
        elif _is_tool_result(item):
            fresh = [t for t in _texts_of(item.get("content")) if item.get("role") == "user"]
            texts += fresh
        elif role in ("user", "system"):  # what is said during a turn may come as system
            found = _texts_of(item.get("content", item.get("parts")))
            texts += found
            fresh += found
    model = str(body.get("model", "stand-in"))
    return Asked(tuple(texts), tuple(fresh), tools, bool(body.get("stream")), model, **more)


class Anthropic:
    """Anthropic Messages."""

    named_events = True

    @staticmethod
    def read(body: Json) -> Asked:
        """The request."""
        tools = {t["name"]: t.get("input_schema", {}) for t in body.get("tools") or []}
        return _asked(body.get("messages", []), tools, body)

    @staticmethod
    def whole(asked: Asked, reply: Reply) -> Json:
        """The answer in one piece."""
        block: Json = {"type": "text", "text": reply.text}
        if reply.tool:
            block = {"type": "tool_use", "id": unique("toolu"), "name": reply.tool}
            block["input"] = reply.arguments
        usage = {"input_tokens": 5, "output_tokens": 5}
        return {
            "id": unique("msg"),
            "type": "message",
            "role": "assistant",
            "model": asked.model,
            "content": [block],
            "stop_reason": "tool_use" if reply.tool else "end_turn",
            "stop_sequence": None,
            "usage": usage,
        }

    @classmethod
    def events(cls, asked: Asked, reply: Reply) -> Iterator[Event]:
        """The answer piece by piece."""
        message = cls.whole(asked, reply)
        block = message["content"][0]
        opening = {**message, "content": [], "stop_reason": None}
        yield "message_start", {"type": "message_start", "message": opening}
        empty = {**block, "input": {}} if reply.tool else {**block, "text": ""}
        start = {"type": "content_block_start", "index": 0, "content_block": empty}
        yield "content_block_start", start
        if reply.tool:
            deltas = [{"type": "input_json_delta", "partial_json": json.dumps(reply.arguments)}]
        else:
            deltas = [{"type": "text_delta", "text": piece} for piece in reply.pieces]
        for delta in deltas:
            name = "content_block_delta"
            yield name, {"type": name, "index": 0, "delta": delta}
        yield "content_block_stop", {"type": "content_block_stop", "index": 0}
        ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        yield (
            "message_delta",
            {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 5}},
        )
        yield "message_stop", {"type": "message_stop"}


class Responses:
    """OpenAI Responses."""

    named_events = True

    @staticmethod
    def read(body: Json) -> Asked:
        """The request."""
        given = body.get("input", [])
        items = [{"role": "user", "content": given}] if isinstance(given, str) else given
        tools = {
            t.get("name", t.get("type")): t.get("parameters", {}) for t in body.get("tools") or []
        }
        return _asked(items, tools, body)

    @staticmethod
    def _item(reply: Reply) -> Json:
        if reply.tool:
            return {
                "type": "function_call",
                "id": unique("fc"),
                "call_id": unique("call"),
                "name": reply.tool,
                "arguments": json.dumps(reply.arguments),
                "status": "completed",
            }
        part = {"type": "output_text", "text": reply.text, "annotations": []}
        return {
            "type": "message",
            "id": unique("msg"),
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }

    @classmethod
    def whole(cls, asked: Asked, reply: Reply) -> Json:
        """The answer in one piece."""
        usage = {
            "input_tokens": 5,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 10,
        }
        return {
            "id": unique("resp"),
            "object": "response",
            "status": "completed",
            "model": asked.model,
            "output": [cls._item(reply)],
            "usage": usage,
        }

    @classmethod
    def events(cls, asked: Asked, reply: Reply) -> Iterator[Event]:
        """The answer piece by piece."""
        response = cls.whole(asked, reply)
        item = response["output"][0]
        opening = {**response, "status": "in_progress", "output": []}
        yield "response.created", {"type": "response.created", "response": opening}
        head: Json = {"output_index": 0}
        shown = {**item, "status": "in_progress"} | ({} if reply.tool else {"content": []})
        added = "response.output_item.added"
        yield added, {"type": added, **head, "item": shown}
        if not reply.tool:
            head = {**head, "content_index": 0, "item_id": item["id"]}
            part = {"type": "output_text", "text": "", "annotations": []}
            added = "response.content_part.added"
            yield added, {"type": added, **head, "part": part}
            for piece in reply.pieces:
                kind = "response.output_text.delta"
                yield kind, {"type": kind, **head, "delta": piece}
        done = "response.output_item.done"
        yield done, {"type": done, "output_index": 0, "item": item}
        yield "response.completed", {"type": "response.completed", "response": response}


class Chat:
    """OpenAI Chat Completions."""

    named_events = False

    @staticmethod
    def read(body: Json) -> Asked:
        """The request."""
        tools = {
            t["function"]["name"]: t["function"].get("parameters", {})
            for t in body.get("tools") or []
            if "function" in t
        }
        return _asked(body.get("messages", []), tools, body)

    @staticmethod
    def _calls(reply: Reply) -> list[Json]:
        function = {"name": reply.tool, "arguments": json.dumps(reply.arguments)}
        return [{"index": 0, "id": unique("call"), "type": "function", "function": function}]

    @staticmethod
    def _base(asked: Asked, kind: str) -> Json:
        return {
            "id": unique("chat"),
            "object": kind,
            "created": 1_700_000_000,
            "model": asked.model,
        }

    @classmethod
    def whole(cls, asked: Asked, reply: Reply) -> Json:
        """The answer in one piece."""
        message: Json = {"role": "assistant", "content": None if reply.tool else reply.text}
        if reply.tool:
            message["tool_calls"] = cls._calls(reply)
        finish = "tool_calls" if reply.tool else "stop"
        choice = {"index": 0, "message": message, "finish_reason": finish}
        usage = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
        return {**cls._base(asked, "chat.completion"), "choices": [choice], "usage": usage}

    @classmethod
    def events(cls, asked: Asked, reply: Reply) -> Iterator[Event]:
        """The answer piece by piece."""
        base = cls._base(asked, "chat.completion.chunk")

        def chunk(delta: Json, finish: str | None = None) -> Event:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return "", {**base, "choices": [choice]}

        yield chunk({"role": "assistant", "content": ""})
        if reply.tool:
            yield chunk({"tool_calls": cls._calls(reply)})
        for piece in () if reply.tool else reply.pieces:
            yield chunk({"content": piece})
        yield chunk({}, "tool_calls" if reply.tool else "stop")
        usage = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
        yield "", {**base, "choices": [], "usage": usage}
        yield "", "[DONE]"


class Gemini:
    """Gemini generateContent."""

    named_events = False

    @staticmethod
    def read(body: Json) -> Asked:
        """The request."""
        tools: dict[str, Json] = {}
        for group in body.get("tools") or []:
            for tool in group.get("functionDeclarations", []):
                schema = tool.get("parametersJsonSchema") or tool.get("parameters") or {}
                tools[tool["name"]] = schema
        config = body.get("generationConfig") or {}
        wants_json = config.get("responseMimeType") == "application/json"
        return _asked(body.get("contents", []), tools, body, wants_json=wants_json)

    @staticmethod
    def _chunk(part: Json, end: bool) -> Json:
        candidate: Json = {"content": {"role": "model", "parts": [part]}, "index": 0}
        if end:
            candidate["finishReason"] = "STOP"
        usage = {"promptTokenCount": 5, "candidatesTokenCount": 5, "totalTokenCount": 10}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "stand-in"}

    @classmethod
    def whole(cls, asked: Asked, reply: Reply) -> Json:
        """The answer in one piece."""
        if reply.tool:
            call = {"id": unique("call"), "name": reply.tool, "args": reply.arguments}
            return cls._chunk({"functionCall": call}, True)
        return cls._chunk({"text": reply.text}, True)

    @classmethod
    def events(cls, asked: Asked, reply: Reply) -> Iterator[Event]:
        """The answer piece by piece."""
        if reply.tool:
            yield "", cls.whole(asked, reply)
            return
        for piece in reply.pieces:
            yield "", cls._chunk({"text": piece}, False)
        yield "", cls._chunk({"text": ""}, True)


Protocol = type[Anthropic] | type[Responses] | type[Chat] | type[Gemini]


def protocol_of(path: str) -> Protocol | None:
    """Which protocol a request path belongs to."""
    if path.endswith("/messages"):
        return Anthropic
    if path.endswith("/responses"):
        return Responses
    if path.endswith("/chat/completions"):
        return Chat
    return Gemini if path.endswith("enerateContent") else None
