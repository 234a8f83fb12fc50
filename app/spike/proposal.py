"""What to put into agents.toml, or into an adapter, for a program that none fits: pure.

Patterns are made from lines of the program's screen: escaped, digits as ``\\d+``.
"""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crewtui.core.model.ids import slug
from crewtui.core.model.text import clean, one_line, visible

_SIGN = re.compile(r"[^\w\s\"'(\[]\s+")
"""A sign before a line's words, such as a spinner's."""
CUES = 3
"""So many lines of a state are proposed as cues."""
FOOT = 12
"""A cue is looked for in so many last lines of the screen."""
CUT = 50
"""So much of a line becomes a pattern, in characters."""


def pattern_of(line: str) -> str:
    """The line as the beginning of a pattern; invisible characters as escapes."""
    shown = visible(clean(line)).replace("\n", " ").replace("\t", " ")
    parts = re.split(r"(\\u[0-9a-f]{4}|\d+)", shown)
    said = (_part(part) for part in parts if part)
    return "^" + "".join(said)


def _part(part: str) -> str:
    if part.isdigit():
        return r"\d+"
    if re.fullmatch(r"\\u[0-9a-f]{4}", part):
        return part
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", part)


def toml(text: str) -> str:
    """A TOML string: in single quotes where that can be, so that a pattern stays readable."""
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def for_agents_toml(command: Sequence[str], terminal: Mapping[str, Any]) -> list[str]:
    """The lines for agents.toml by what the program rests at, and how to prove them."""
    line, words = str(terminal["line"]), shlex.join(command)
    if terminal["alternate"]:
        return ["# It fills the whole screen: only an adapter can say where one types there."]
    empty = not line.strip() and not str(terminal["rest"]).strip()
    if empty and takes_lines(terminal):
        key, option = 'adapter = "lines"', "--adapter lines"
        why = "# It waits for a line without a prompt. If it takes any line as mail:"
    elif empty:
        return ["# It rests at an empty line and takes single keys: no line of it tells the place."]
    else:
        pattern = pattern_of(line)
        key, option = f"composer = {toml(pattern)}", f"--composer {shlex.quote(pattern)}"
        why = f"# It rests at “{visible(one_line(line))}”. If that is where one types:"
    return [
        why,
        "[[agents]]",
        f'id = "{agent_name(command)}"',
        f"command = {toml(visible(words))}",
        key,
        f"# Prove it: crewtui spike --command {shlex.quote(visible(words))} {option}",
    ]


def takes_lines(terminal: Mapping[str, Any]) -> bool:
    """Whether lines can be typed: a cooked terminal with echo, or a program that takes pastes."""
    if terminal["cooked"] is False:
        return terminal["paste"] is True
    return terminal["echo"] is not False


def agent_name(command: Sequence[str]) -> str:
    """A name for the program's agent and adapter."""
    return slug(Path(command[0]).name if command else "")


def looks_like_a_cli(terminal: Mapping[str, Any]) -> bool:
    """Whether it draws a screen of its own, which only an adapter can describe."""
    return bool(terminal["alternate"]) or int(terminal["below"]) > 0


def skeleton(
    command: Sequence[str],
    terminal: Mapping[str, Any],
    screens: Mapping[str, Sequence[str]],
    tag: str,
) -> list[str]:
    """An adapter to start from: its name, programs, composer, and the lines seen in each state.

    ``screens`` are the screens seen, by state; lines with ``tag`` are our own messages.
    """
    name = agent_name(command)
    first = next((screens[at] for at in ("quiet", "idle", "unknown") if at in screens), ())
    quiet = {bare(line) for line in first}
    told = [
        f"# An adapter for {name}, begun by crewtui spike. Look at each pattern before you use it.",
        f"name = {toml(name)}",
        f"about = {toml(name)}",
        f"programs = [{toml(Path(command[0]).name)}]",
        'otherwise = "starting"',
        "",
        *_composer(terminal),
    ]
    for state in ("asking", "covered", "error", "busy"):
        for number, line in enumerate(fresh_lines(screens.get(state, ()), quiet, tag), 1):
            told += ["", "[[cues]]", f'name = "{state} {number}"']
            told += [f'state = "{"asking" if state == "covered" else state}"']
            told += [f"within = {FOOT}", f"match = {toml(cue_of(line))}"]
    if not any(line == "[[cues]]" for line in told):
        told += ["", "# No other screen than its first was seen. What it shows while it works:"]
        told += ["# [[cues]]", '# name = "works"', '# state = "busy"', "# match = '^esc to stop'"]
    return told


def _composer(terminal: Mapping[str, Any]) -> list[str]:
    line = str(terminal["line"])
    if not line.strip():
        return ["# Where one types was not seen:", "# [composer]", "# match = '^> (?P<draft>.*)$'"]
    within = max(6, int(terminal["below"]) + 3)
    pattern = pattern_of(line.rstrip()) + r"(?: (?P<draft>.*))?$"
    return ["[composer]", f"within = {min(within, 200)}", f"match = {toml(pattern)}"]


def fresh_lines(screen: Sequence[str], quiet: set[str], tag: str) -> list[str]:
    """The last lines of a screen that do not stand on the quiet one and are not ours."""
    filled = [line for line in screen if line.strip()][-FOOT:]
    found = [line for line in filled if bare(line) not in quiet and tag not in line]
    worded = [line for line in found if re.search(r"[^\W\d_]{2}", line)]
    return list(dict.fromkeys(worded))[-CUES:]


def bare(line: str) -> str:
    """What of a line tells it from others: without its edges, a spinner and its numbers."""
    words = re.sub(r"\d+", "0", line.strip())
    sign = _SIGN.match(words)
    return words[sign.end() :] if sign is not None else words


def cue_of(line: str) -> str:
    """A pattern for a line of a state: its first words; a spinner before them may be any sign."""
    text = visible(clean(line)).strip()
    sign = _SIGN.match(text)
    if sign is not None:
        text = text[sign.end() :]
    cut = text if len(text) <= CUT else text[:CUT].rsplit(" ", 1)[0]
    pattern = pattern_of(cut)[1:]
    return rf"^\s*(?:\S )?{pattern}" if sign is not None else rf"^\s*{pattern}"
