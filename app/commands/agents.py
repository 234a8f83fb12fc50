"""``crewtui agents``: the adapters, which serves which agent and why, and why an agent's state."""

import json
import time
from pathlib import Path
from typing import Any

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.agents.policies import policies_of
from crewtui.core.agents.registry import adapter_for, load_adapters, what_runs, why_adapter
from crewtui.core.client.identity import ask
from crewtui.core.config.load import load_crew
from crewtui.core.model.text import visible
from crewtui.core.rpc.agents import ExplainAgent

LINES = 14
"""So many lines of the screen's foot are shown."""


@click.group(invoke_without_command=True, short_help="Adapters, who serves whom, and why.")
@project_option
@json_option
@click.pass_context
def command(ctx: click.Context, path: Path | None, as_json: bool) -> None:
    """List the adapters, and for each configured agent which one serves it and why."""
    if ctx.invoked_subcommand is not None:
        return
    project = the_project(path)
    adapters = load_adapters(project.folder)
    rows = [
        {
            "id": spec.id,
            "command": list(spec.command),
            "adapter": adapter_for(spec, adapters).name,
            "why": why_adapter(spec, adapters),
            "runs": what_runs(adapter_for(spec, adapters)),
            "policies": policies_of(spec, adapter_for(spec, adapters)),
        }
        for spec in load_crew(project.config).agents
    ]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
        return
    click.echo("Agents")
    for row in rows:
        runs = f"; {row['runs']}" if row["runs"] else ""
        policies = f" · policies {row['policies']}" if row["policies"] else ""
        click.echo(f"  {row['id']:<20} {row['adapter']:<12} {row['why']}{runs}{policies}")
    click.echo("Adapters")
    for name, adapter in sorted(adapters.items()):
        programs = ", ".join(adapter.programs) or "any other program"
        signals = f" · {len(adapter.signals)} signals" if adapter.signals else ""
        click.echo(f"  {name:<20} {programs:<28} {adapter.about}{signals}")


@command.command(short_help="Why an agent is believed to be in its state, from its screen now.")
@click.argument("agent")
@click.option("--watch", "-w", is_flag=True, help="Go on until Ctrl+C.")
@project_option
@json_option
def explain(agent: str, watch: bool, path: Path | None, as_json: bool) -> None:
    """Show an agent's state, the rule that gave it and the lines that the rule matched."""
    project = the_project(path)
    while True:
        found = ask(project, ExplainAgent(agent=agent))
        if as_json:
            click.echo(json.dumps(found))
        else:
            if watch:
                click.clear()
            click.echo("\n".join(_told(found)))
        if not watch:
            return
        time.sleep(1)


def _told(found: dict[str, Any]) -> list[str]:
    said = [f"{found['agent']} is {found['state']} (adapter {found['adapter']}: {found['about']})"]
    said.append(f"  by the rule “{found['rule']}”: {visible(found['line'])}".rstrip(": "))
    if found["signals"]:
        said.append(f"  its signals: {', '.join(found['signals'])}")
    held = found["holds"]
    said.append(f"  a message would be held: {held}" if held else "  a message would be typed now")
    if "lines" not in found:
        return said
    if found["draft"]:
        said.append(f"  in its composer stands: {visible(found['draft'])[:100]}")
    said += _terminal(found["terminal"])
    said.append("  rules, in order:")
    for cue in found["cues"]:
        mark = "*" if cue["line"] else " "
        said.append(f"  {mark} {cue['state']:<8} {cue['name']:<24} {visible(cue['line'])[:80]}")
    composer = found["composer"]
    mark = "*" if composer else " "
    place = f"lines {composer[0] + 1} to {composer[1]}" if composer else "not on screen"
    said.append(f"  {mark} idle     {'composer':<24} {place}")
    said.append("  screen:")
    lines = found["lines"]
    last = max((n for n, line in enumerate(lines) if line), default=0)
    hits = [cue["line"][:60] for cue in found["cues"] if cue["line"]]
    for number in range(max(0, last - LINES), last + 1):
        line = lines[number]
        hit = any(text and text in " ".join(line.split()) for text in hits)
        inside = composer is not None and composer[0] <= number < composer[1]
        said.append(
            f"  {'*' if hit else '>' if inside else ' '} {number + 1:>3} {visible(line)[:110]}"
        )
    return said


def _terminal(facts: dict[str, Any]) -> list[str]:
    """The kernel's facts in two lines, and the line that it rests at."""
    known = {True: "yes", False: "no", None: "unknown"}
    reads = "unknown" if facts["readers"] is None else ", ".join(facts["readers"]) or "nobody"
    unread = "unknown" if facts["unread"] is None else facts["unread"]
    modes = [f"{name} {known[facts[name]]}" for name in ("cooked", "echo", "paste", "alternate")]
    line = f"{visible(facts['line'])}▏{visible(facts['rest'])}"[:100]
    said = [
        f"  terminal: unread {unread}, {', '.join(modes)}",
        f"  who reads it: {reads}" + (", stopped" if facts["stopped"] else ""),
        f"  rests at: {line} ({facts['below']} rows below, quiet for {facts['quiet_s']} s)",
    ]
    said += [f"  typed at, as you said: {visible(place)}" for place in facts["places"]]
    said += [f"  never at, as you said: {visible(place)}" for place in facts["never"]]
    return said
