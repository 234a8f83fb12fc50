"""A message file's name: ``<time>__from-coder__to-tester__topic-tests[__id-ab12].md``.

Imports nothing heavy: ``crewtui send`` is called by agents all day.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

SUFFIXES = (".md", ".txt", ".json")
_PART = re.compile(r"__(from|to|topic|id)-([^_]*(?:_(?!_)[^_]*)*)")
_NOT_TOPIC = re.compile(r"[^\w.-]+")
_TEMPORARY = re.compile(r"(^[.#])|(~$)|(\.(tmp|temp|part|partial|swp|swx|crdownload|lock)$)", re.I)
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class MessageName:
    """What a file name says; empty where it does not."""

    sender: str = ""
    topic: str = ""
    id: str = ""


def parse_name(name: str) -> MessageName:
    """What the name says; a name of another shape says nothing and is no error."""
    stem = name.rsplit(".", 1)[0]
    parts = dict(_PART.findall(stem))
    return MessageName(parts.get("from", ""), parts.get("topic", ""), parts.get("id", ""))


def build_name(at: float, sender: str, recipient: str, topic: str, id_: str) -> str:
    """The name of a message written at ``at`` (UTC seconds); fits in 255 bytes."""
    stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    short = _NOT_TOPIC.sub("-", topic).replace("__", "-").strip("-_")[:40] or "note"
    return f"{stamp}__from-{sender}__to-{recipient}__topic-{short}__id-{id_}.md"


def is_temporary(name: str) -> bool:
    """Whether a name is one that editors and copiers use while they write."""
    return _TEMPORARY.search(name) is not None


def is_unsafe(name: str) -> bool:
    """Whether a name has control characters or is not UTF-8."""
    return _UNSAFE.search(name) is not None


def fitted(name: str, mark: str) -> str:
    """The name with ``.mark`` before its suffix, cut on a character so that it fits 240 bytes."""
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, "md"
    room = 240 - len(f".{mark}.{suffix}".encode())
    cut = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    return f"{cut}.{mark}.{suffix}"
