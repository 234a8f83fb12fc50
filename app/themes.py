"""Colour themes: read from ``themes/*.toml``, checked when loaded."""

import tomllib
from importlib.resources import files

from textual.theme import Theme

from crewtui.core.model.errors import ConfigError


def load_themes() -> list[Theme]:
    """Every theme of crewtui's own, dark first; raises ``ConfigError`` for a wrong colour."""
    found = []
    for entry in files("crewtui").joinpath("themes").iterdir():
        if entry.name.endswith(".toml"):
            data = tomllib.loads(entry.read_text(encoding="utf-8"))
            theme = Theme(name=f"crew-{entry.name.removesuffix('.toml')}", **data)
            try:
                theme.to_color_system().generate()
            except Exception as error:
                raise ConfigError(f"themes/{entry.name}: {error}", "mend that colour") from error
            found.append(theme)
    return sorted(found, key=lambda theme: (theme.name != "crew-dark", theme.name))


FALLBACK = {
    "state-ok": "#6bc46d",
    "state-busy": "#6cb6ff",
    "state-ask": "#f2cc60",
    "state-warn": "#daaa3f",
    "state-bad": "#f47067",
    "state-quiet": "#768390",
}
"""State colours for Textual's own themes, which know nothing of agents."""
