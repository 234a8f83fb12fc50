"""Records as values: what cannot be read is kept as it is, named, and in nobody's way."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from crewtui.core.model.crew_state import Trouble

R = TypeVar("R", bound=BaseModel)


class Records:
    """Reads records; remembers those that this version cannot read."""

    def __init__(self) -> None:
        self.unreadable: dict[tuple[str, str], str] = {}
        self.on_trouble: Callable[[Trouble], None] = lambda _trouble: None

    def read(self, model: type[R], kind: str, row: sqlite3.Row) -> R | None:
        """The record in a row; none, with a trouble that names it, if it cannot be read."""
        try:
            return model.model_validate_json(row["value"])
        except ValidationError as error:
            key = (kind, str(row["id"]))
            if key not in self.unreadable:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                self.unreadable[key] = f"{where}: {first['msg']}"
                self.on_trouble(self.trouble(*key))
            return None

    def read_all(self, model: type[R], kind: str, rows: list[sqlite3.Row]) -> list[R]:
        """All that can be read."""
        found = (self.read(model, kind, row) for row in rows)
        return [record for record in found if record is not None]

    def trouble(self, kind: str, id_: str) -> Trouble:
        """What the person is told of one."""
        return Trouble(
            id=f"unreadable:{kind}:{id_}",
            what=f"{kind} {id_} of the ledger cannot be read ({self.unreadable[kind, id_]})",
            todo="it is kept as it is; a newer crewtui may have written it: use that one",
        )
