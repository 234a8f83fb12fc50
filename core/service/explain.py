"""Why an agent is believed to be in its state: the rules of its adapter against its screen, now."""

from typing import Any

from crewtui.core.agents.draft import find_composer, plain_lines
from crewtui.core.agents.ground import place_of, veto
from crewtui.core.agents.status import find_cue, read_status, without_draft
from crewtui.core.mail.hold import hold_by_screen, hold_by_state
from crewtui.core.model.screen import Screen
from crewtui.core.model.terminal import Facts
from crewtui.core.model.text import one_line
from crewtui.core.supervision.runner import Runner


def explain(runner: Runner, screen: Screen | None, facts: Facts) -> dict[str, Any]:
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
    found["terminal"] = terminal_facts(runner, screen, facts)
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
        "holds": _holds(runner, screen, facts),
    }
    return found


def _holds(runner: Runner, screen: Screen, facts: Facts) -> str:
    """Why a message would be held now; empty if it would be typed."""
    sight = runner.sight
    if sight.by_terminal:
        reading = sight.judge(screen, facts)
        return hold_by_screen(runner.adapter, reading) or ""
    by_state = hold_by_state(runner.view.state)
    by_screen = hold_by_screen(runner.adapter, read_status(runner.adapter, screen))
    against = veto(facts, sight.ground.own)
    return by_state or by_screen or (against.rule if against is not None else "")


def terminal_facts(runner: Runner, screen: Screen, facts: Facts) -> dict[str, Any]:
    """What the kernel says of the terminal, and where the program rests, for a person to read."""
    place = place_of(screen, facts)
    ground = runner.sight.ground
    readers = None if facts.readers is None else [f"{r.name} ({r.pid})" for r in facts.readers]
    return {
        "unread": facts.unread,
        "cooked": facts.cooked,
        "echo": facts.echo,
        "paste": place.paste,
        "alternate": screen.alternate,
        "readers": readers,
        "own": [f"{r.name} ({r.pid})" for r in ground.own],
        "stopped": facts.stopped,
        "quiet_s": round(facts.quiet_s, 1),
        "line": place.line,
        "rest": place.rest,
        "below": place.below,
        "places": [shown.line for shown in ground.places],
        "never": [shown.line for shown in ground.never],
    }
