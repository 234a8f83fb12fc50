"""Why an agent is believed to be in its state: the rules of its adapter against its screen, now."""

from typing import Any

from crewtui.core.agents.draft import find_composer, plain_lines
from crewtui.core.agents.status import find_cue, read_status, without_draft
from crewtui.core.mail.hold import hold_by_screen, hold_by_state
from crewtui.core.model.screen import Screen
from crewtui.core.model.text import one_line
from crewtui.core.supervision.runner import Runner


def explain(runner: Runner, screen: Screen | None) -> dict[str, Any]:
    """Everything that led to the state, for a person to read."""
    view, adapter = runner.view, runner.adapter
    found: dict[str, Any] = {
        "agent": view.id,
        "adapter": adapter.name,
        "about": adapter.about,
        "state": view.state,
        "since": view.since,
        "rule": view.evidence.rule,
        "line": view.evidence.line,
        "session": runner.watching.session,
        "signals": sorted(adapter.signals) if runner.spec.signals else [],
        "holds": hold_by_state(view.state) or "",
    }
    if screen is None:
        return found
    lines = plain_lines(screen)
    reading = read_status(adapter, screen)
    composer = find_composer(adapter.composer, lines, screen) if adapter.composer else None
    cues = []
    for cue in adapter.cues:
        counts = not (cue.alone and composer is not None)
        part = without_draft(lines, composer) if cue.where == "bottom" else lines
        match = find_cue(cue, part, screen) if counts else None
        hit = one_line(match.group()) if match is not None else ""
        cues.append({"name": cue.name, "state": cue.state, "where": cue.where, "line": hit})
    found |= {
        "screen_state": reading.state,
        "screen_rule": reading.evidence.rule,
        "title": screen.title.strip(),
        "cursor": [screen.cursor_x, screen.cursor_y, screen.cursor_on],
        "composer": [composer.top, composer.end] if composer is not None else None,
        "draft": reading.draft,
        "cues": cues,
        "lines": lines,
        "holds": hold_by_state(view.state) or hold_by_screen(adapter, reading) or "",
    }
    return found
