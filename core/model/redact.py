"""Secrets are taken out of what is kept: known values, and what looks like one.

Known are the values of an agent's variables whose names say that they are secret.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

SHOWN = "[secret]"
LEAST = 6
"""A shorter value is no secret worth its damage to the text."""
_NAMES = re.compile(r"(?i)(token|secret|password|passwd|api_?key|credential|private_?key)")
_LOOKS = re.compile(
    r"sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{30,}|glpat-[\w-]{16,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"
    r"|(?<=[Bb]earer )[\w.~+/-]{16,}=*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?i:(?<=token=)|(?<=password=)|(?<=secret=)|(?<=api_key=)|(?<=apikey=))[^\s&'\"]{6,}"
)


def secret_values(environments: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The values that must not be kept, longest first."""
    found = {
        value
        for environment in environments
        for name, value in environment.items()
        if _NAMES.search(name) and len(value) >= LEAST
    }
    return tuple(sorted(found, key=len, reverse=True))


class Redactor:
    """Takes secrets out of texts, and out of all texts of a value."""

    def __init__(self, known: tuple[str, ...] = ()):
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._known is not None:
            text = self._known.sub(SHOWN, text)
        return _LOOKS.sub(SHOWN, text)

    def value(self, value: Any) -> Any:
        """The value with each text in it cleaned."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(part) for part in value]
        return value
