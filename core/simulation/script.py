"""A script: what a simulated agent does with what it is told. Read from TOML.

``include`` names files beside it whose rules come first.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crewtui.core.model.errors import ConfigError

STEPS = {
    "busy": 1,
    "say": 1,
    "send": 3,
    "ask": 1,
    "exit": 1,
    "limit": 1,
    "fuse": 1,
    "burn": 0,
    "run": 1,
}
"""The steps a script may name, each with its number of values."""

Step = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """When a text matches, these steps follow; ``once`` rules are used up by that."""

    on: re.Pattern[str]
    do: tuple[Step, ...]
    once: bool


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script."""

    start_s: float
    deaf_enters: int
    folder: Path
    """Where the script is; commands find it as ``$SCRIPTS``."""
    at_start: tuple[Step, ...]
    rules: tuple[Rule, ...]


def load_script(path: Path) -> Script:
    """The script in a file; raises ``ConfigError``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        shared: list[Any] = []
        for name in data.get("include", []):
            text = (path.parent / Path(name).name).read_text(encoding="utf-8")
            shared += tomllib.loads(text).get("rules", [])
        return Script(
            start_s=float(data.get("start_s", 0.3)),
            deaf_enters=int(data.get("deaf_enters", 0)),
            folder=path.parent.resolve(),
            at_start=_steps(data.get("at_start", [])),
            rules=tuple(
                Rule(re.compile(rule["on"]), _steps(rule["do"]), bool(rule.get("once", False)))
                for rule in [*shared, *data.get("rules", [])]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise ConfigError(f"{path}: {error}", "see core/simulation/scripts") from None


def _steps(raw: list[list[Any]]) -> tuple[Step, ...]:
    for step in raw:
        if step[0] not in STEPS or len(step) != STEPS[step[0]] + 1:
            raise ValueError(f"no such step: {step!r}; known: {', '.join(STEPS)}")
    return tuple((step[0], tuple(step[1:])) for step in raw)
