"""An event: something that happened, written with the change that it reports."""

from typing import Any

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1


class Event(BaseModel):
    """One line of the record; ``at`` is UTC seconds, ``detail`` holds only plain values."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: float
    kind: str
    agent: str = ""
    message: str = ""
    text: str = ""
    detail: dict[str, Any] = {}
    schema_version: int = SCHEMA_VERSION
