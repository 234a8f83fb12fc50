"""From a key as Textual names it to a key as tmux names it."""

_NAMES = {
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "BTab",
    "escape": "Escape",
    "backspace": "BSpace",
    "delete": "DC",
    "insert": "IC",
    "space": "Space",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "home": "Home",
    "end": "End",
    "pageup": "PPage",
    "pagedown": "NPage",
    "ctrl+@": "C-Space",
}
_MODIFIERS = {"ctrl": "C-", "alt": "M-", "shift": "S-"}


def tmux_key(key: str) -> str | None:
    """The tmux name of a key that is no letter; none if there is none."""
    if key in _NAMES:
        return _NAMES[key]
    if key.startswith("f") and key[1:].isdigit():
        return key.upper()
    *modifiers, base = key.split("+")
    prefix = "".join(_MODIFIERS.get(modifier, "") for modifier in modifiers)
    if not prefix:
        return None
    if len(base) == 1:
        return prefix + base
    name = _NAMES.get(base)
    return prefix + name if name else None
