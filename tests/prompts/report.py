"""The README's table of programs without an adapter: ``python -m tests.prompts.report``."""

import json
from pathlib import Path

from tests.prompts.results import RESULTS
from tests.prompts.row import Row
from tests.prompts.table import ROWS

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- prompts: begin -->", "<!-- prompts: end -->"
AGENTS_END = "<!-- agents: end -->"
HEAD = "| in the pane stands | tried | what became of the message |"


def table() -> str:
    """The table as Markdown: one line a kind of situation."""
    results: dict[str, str] = json.loads(RESULTS.read_text())
    kinds: dict[str, list[Row]] = {}
    for row in ROWS:
        kinds.setdefault(row.kind, []).append(row)
    lines = [HEAD, "|---|---|---|"]
    for kind, rows in kinds.items():
        tried = [row for row in rows if results.get(row.id) in ("passed", "failed")]
        lines.append(f"| {kind} | {len(tried)} | {_outcome(tried, results)} |")
    return "\n".join(lines)


def _outcome(rows: list[Row], results: dict[str, str]) -> str:
    """How often what, and by name what was not as promised."""
    counts: dict[str, int] = {}
    for row in rows:
        if results[row.id] == "passed":
            counts[became(row)] = counts.get(became(row), 0) + 1
    parts = [f"{count} {what}" for what, count in counts.items()]
    failed = [row.id for row in rows if results[row.id] == "failed"]
    if failed:
        parts.append(f"✗ {', '.join(failed)}")
    return "; ".join(parts) or "not tried"


def became(row: Row) -> str:
    """What becomes of the message, in words, where the row's promise holds."""
    if row.exception:
        return "answered: the exception named above"
    if row.rests != "held":
        return "not called delivered until a person ended the line"
    if row.unproven:
        return "held before Enter: it could not be proven to be whole"
    if row.held:
        return "held, then delivered once" if row.later else "held, nothing typed"
    return "delivered once and whole"


def written(text: str) -> str:
    """The README with the table in its place; below the table of agents if it has none yet."""
    if BEGIN not in text:
        text = text.replace(AGENTS_END, f"{AGENTS_END}\n\n{BEGIN}\n{END}", 1)
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
