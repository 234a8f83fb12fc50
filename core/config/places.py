"""Where a person has said that one types, or never: ``.orchestrator/places.toml``.

Kept by the agent's whole command: the same prompt of another program is another place.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError

from crewtui.core.model.errors import ConfigError
from crewtui.core.model.ids import new_id
from crewtui.core.model.terminal import Place

LIMIT = 3
"""So many places of one program are kept; the newest replace the oldest."""


def load_places(path: Path, command: str) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """The places where one types in this program, and those where one never does.

    Raises ``ConfigError`` for a file that cannot be read.
    """
    here: list[Place] = []
    never: list[Place] = []
    for entry in _entries(path):
        if entry.get("command") != command:
            continue
        fields = {key: value for key, value in entry.items() if key in Place.model_fields}
        try:
            place = Place.model_validate(fields)
        except ValidationError as error:
            what = f"{path}: {error.errors()[0]['msg']}"
            raise ConfigError(what, "mend or delete that [[places]] table") from None
        (here if entry.get("typed") else never).append(place)
    return tuple(here[-LIMIT:]), tuple(never[-LIMIT:])


def remember(path: Path, command: str, place: Place, *, typed: bool) -> None:
    """Add a place of a program to the file; comments of a person stay. Raises ``ConfigError``."""
    _entries(path)
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else _fresh()
    tables = document.setdefault("places", tomlkit.aot())
    table = tomlkit.table()
    values = {"command": command, "typed": typed, **place.model_dump(exclude_none=True)}
    for key, value in values.items():
        table.add(key, value)
    tables.append(table)
    hidden = path.with_name(f".{path.name}.{new_id()}")
    descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(tomlkit.dumps(document))
        file.flush()
        os.fsync(file.fileno())
    hidden.replace(path)


def _entries(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("places", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}", "mend that line, or delete the file") from None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ConfigError(f"{path}: [[places]] tables are expected", "mend or delete the file")
    return found


def _fresh() -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    document.add(tomlkit.comment("Where one types in programs without an adapter, as you said."))
    document.add(tomlkit.comment("Delete a table to be asked again; typed = false means never."))
    return document
