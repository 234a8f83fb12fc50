"""Whose request is being done: written as ``who`` with every event that comes of it."""

from contextvars import ContextVar

ASKER: ContextVar[str] = ContextVar("asker", default="")
"""An agent, the operator, or nobody: then the supervisor acts by itself."""
