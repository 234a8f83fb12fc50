"""The README's table of agents, from what their tests found: ``python -m tests.agents.report``.

``--newest`` says as well what broke in the newest versions.
"""

import json
import sys
from pathlib import Path

from crewtui.core.agents.registry import load_adapters
from tests.agents.clis import PINNED as CLIS
from tests.agents.conftest import RESULTS, RESULTS_NEWEST

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- agents: begin -->", "<!-- agents: end -->"
COLUMNS = {
    "test_its_states_are_recognised": "states",
    "test_fifty_messages_arrive_once_and_byte_for_byte": "50 messages",
    "test_messages_sent_while_it_is_busy_arrive": "while busy",
    "test_a_message_never_answers_its_question": "held while it asks",
    "test_approving_runs_the_command": "approve",
    "test_a_crash_is_followed_by_its_session_where_it_can_resume": "after a crash",
    "test_a_failed_turn_is_seen_and_what_waits_arrives_later": "failed turn",
    "test_nothing_is_lost_while_the_model_is_down": "model down",
}
MARKS = {"passed": "✓", "failed": "✗"}


def table() -> str:
    """The table as Markdown."""
    results = json.loads(RESULTS.read_text())
    newest = newest_results()
    lines = [f"| agent | version | {' | '.join(COLUMNS.values())} |", "|---" * 10 + "|"]
    for name, adapter in sorted(load_adapters().items()):
        cli = CLIS.get(name)
        if cli is None and adapter.wiring.state_folders:
            lines.append(f"| {adapter.about} | | not tried: no registry has it" + " |" * 8)
        if cli is None:
            continue
        checks = results.get(name, {})
        lines.append(_row(name, adapter.about, cli.version, checks))
        newer = newest.get(name, {})
        if newer and newer["version"] != cli.version:
            lines.append(_row(name, adapter.about, f"{newer['version']} (newest)", newer))
    return "\n".join(lines)


def newest_results() -> dict[str, dict[str, str]]:
    """What was found of the newest versions, if they were tried."""
    found = json.loads(RESULTS_NEWEST.read_text()) if RESULTS_NEWEST.exists() else {}
    return {str(name): dict(checks) for name, checks in found.items()}


def broken() -> str:
    """What broke in the newest versions, one line a version."""
    lines = []
    for name, checks in sorted(newest_results().items()):
        failed = [COLUMNS[c] for c in COLUMNS if checks.get(c) == "failed"]
        tried = "all held" if not failed else f"broke: {', '.join(failed)}"
        lines.append(f"{name} {checks['version']}: {tried}")
    return "\n".join(lines)


def _row(name: str, about: str, version: str, checks: dict[str, str]) -> str:
    cells = [_cell(name, check, checks.get(check, "")) for check in COLUMNS]
    return f"| {about} | {version} | {' | '.join(cells)} |"


def _cell(name: str, check: str, outcome: str) -> str:
    if check == "test_a_crash_is_followed_by_its_session_where_it_can_resume":
        words = " ".join(load_adapters()[name].wiring.resume)
        if outcome == "passed":
            return "✓ resumes" if "{session}" in words else "✓ starts anew"
    if check == "test_fifty_messages_arrive_once_and_byte_for_byte" and outcome == "passed":
        return f"✓ to {CLIS[name].largest // 1024} KiB"
    return MARKS.get(outcome, outcome or "–")


def written(text: str) -> str:
    """The README with the table in its place."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    if "--newest" in sys.argv:
        sys.stdout.write(broken() + "\n")
    README.write_text(written(README.read_text()))
