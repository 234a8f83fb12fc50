"""Identifiers: which are allowed, and how new ones are made."""

import os
import re

AGENT_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
HUMAN = "human"
"""The inbox of the person who runs the crew."""
OPERATOR = "operator"
"""That person, as the one who asks and decides."""
SELF = "crewtui"
"""The sender of what crewtui itself writes to an agent."""
EVERYONE = "all"
RESERVED_IDS = frozenset({HUMAN, EVERYONE, OPERATOR, SELF})


def is_agent_id(text: str) -> bool:
    """Whether the text may name an agent."""
    return AGENT_ID.match(text) is not None


def is_option(text: str) -> bool:
    """Whether the text may name an option of a vote."""
    return re.fullmatch(r"[\w][\w .+-]{0,79}", text) is not None


def slug(text: str, limit: int = 32) -> str:
    """The text as ``[a-z0-9_-]``, safe as a tmux name (tmux expands ``#(...)`` in names)."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:limit].strip("-") or "project"


def new_id(size: int = 4) -> str:
    """A random lower-case hexadecimal id of ``size`` bytes."""
    return os.urandom(size).hex()
