"""The README's table of agents, from what their tests found: ``python -m tests.agents.report``."""

import json
from pathlib import Path

from crewtui.core.agents.registry import load_adapters
from tests.agents.clis import CLIS
from tests.agents.conftest import RESULTS

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
    lines = [f"| agent | version | {' | '.join(COLUMNS.values())} |", "|---" * 10 + "|"]
    for name, adapter in sorted(load_adapters().items()):
        cli = CLIS.get(name)
        if cli is None and adapter.wiring.state_folders:
            lines.append(f"| {adapter.about} | | not tried: no registry has it" + " |" * 8)
        if cli is None:
            continue
        checks = results.get(name, {})
        cells = [_cell(name, check, checks.get(check, "")) for check in COLUMNS]
        lines.append(f"| {adapter.about} | {cli.version} | {' | '.join(cells)} |")
    return "\n".join(lines)


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
    README.write_text(written(README.read_text()))
