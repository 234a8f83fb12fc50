"""Options that several commands share: durations, names, personas, texts."""

import re
import sys
from pathlib import Path
from typing import Any

import click

from crewtui.core.model.errors import ConfigError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d)?\Z")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST_TEXT = 1024 * 1024


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic only in its stubs
    """``90``, ``90s``, ``10m``, ``2h`` or ``1d``, as seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds; fails with what is expected."""
        if isinstance(value, int | float):
            return float(value)
        found = _DURATION.match(str(value))
        if found is None:
            self.fail(f"{value!r} is no duration: 90s, 10m, 2h or 1d", param, ctx)
        return float(found.group(1)) * _UNITS[found.group(2) or "s"]


def names(value: str) -> list[str]:
    """A list that is written with commas."""
    return [name.strip() for name in value.split(",") if name.strip()]


def personas(values: tuple[str, ...]) -> dict[str, str]:
    """``coder=sceptic`` as a table; raises ``ConfigError``."""
    found = {}
    for value in values:
        agent, equal, name = value.partition("=")
        if not equal or not agent or not name:
            raise ConfigError(f"--persona {value!r}", "write it as AGENT=NAME")
        found[agent] = name
    return found


def text_of(file: Path | None) -> str:
    """The text of a file, or of standard input; raises ``ConfigError``."""
    try:
        if file is None or str(file) == "-":
            if file is None and sys.stdin.isatty():
                raise ConfigError("no text", "give --file FILE, or the text on standard input")
            return sys.stdin.read(MOST_TEXT)
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}", "name a file that can be read") from None
