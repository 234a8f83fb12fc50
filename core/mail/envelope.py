"""What a message file says: sender, topic and body, from its name and, for JSON, its content."""

import hashlib
import json
from dataclasses import dataclass

from crewtui.core.mail.name import parse_name
from crewtui.core.model.ids import is_agent_id
from crewtui.core.model.message import DeadReason
from crewtui.core.model.text import clean, one_line

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message ready to be accepted; ``sender`` is a claim, not a proof."""

    sender: str
    topic: str
    id: str
    body: str
    sha256: str

    @property
    def preview(self) -> str:
        """The body's beginning on one line."""
        return one_line(self.body, 120)


def open_envelope(name: str, data: bytes) -> Envelope | DeadReason:
    """The envelope of a file, or why it can never be one."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return DeadReason.NOT_TEXT
    if "\x00" in text:
        return DeadReason.NOT_TEXT
    said = parse_name(name)
    sender, topic, id_, body = said.sender, said.topic, said.id, text
    if name.lower().endswith(".json"):
        fields = _fields(text)
        if fields is None:
            return DeadReason.BAD_ENVELOPE
        sender = fields.get("from", sender)
        topic = fields.get("topic", topic)
        id_ = fields.get("id", id_)
        body = fields["body"]
    if not clean(body).strip():
        return DeadReason.EMPTY
    return Envelope(
        sender=sender if is_agent_id(sender) else UNKNOWN,
        topic=one_line(topic, 80),
        id=one_line(id_, 64),
        body=body,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _fields(text: str) -> dict[str, str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("body"), str):
        return None
    fields = {key: value[key] for key in ("from", "topic", "id", "body") if key in value}
    return fields if all(isinstance(field, str) for field in fields.values()) else None


def body_of(name: str, text: str) -> str:
    """The body within the accepted bytes: for a JSON envelope its ``body`` field."""
    if not name.lower().endswith(".json"):
        return text
    found = open_envelope(name, text.encode())
    return found.body if isinstance(found, Envelope) else text
