"""The README's table of fences, from what was tried: ``python -m tests.fences.report``."""

import json
from pathlib import Path

from crewtui.core.fence.escapes import ESCAPES
from tests.fences.runs import ordinary_user, this_user

README = Path(__file__).resolve().parents[2] / "README.md"
RESULTS = Path(__file__).with_name("results.json")
BEGIN, END = "<!-- fences: begin -->", "<!-- fences: end -->"
COLUMNS = {"landlock": "Landlock", "bubblewrap": "bubblewrap", "none": "none"}
Results = dict[str, dict[str, str]]


def found() -> Results:
    """What came of each escape with each means, as this user and as an ordinary one."""
    results: Results = {name: {} for name in COLUMNS}
    for become in (this_user, ordinary_user):
        with become() as user:
            for fence in COLUMNS if user is not None else ():
                assert user is not None
                tried = user.tried("fenced", "audit" if fence == "none" else fence)
                for name, result in tried.items():
                    results[fence][name] = worse(results[fence].get(name, "not here"), result)
    return results


def worse(one: str, other: str) -> str:
    """What is to be said of both: open if one is, held if one is and none is open."""
    return next((word for word in ("broken", "open", "held") if word in (one, other)), "not here")


def table(results: Results) -> str:
    """The table as Markdown."""
    lines = [f"| an agent could … | {' | '.join(COLUMNS.values())} |", "|---|---|---|---|"]
    for name, escape in ESCAPES.items():
        bare = results["none"][name]
        cells = [results[fence][name] for fence in ("landlock", "bubblewrap")]
        shown = ["**open**" if cell == "open" else cell for cell in cells]
        lines.append(f"| {escape.what} | {' | '.join(shown)} | {bare if bare == 'open' else '–'} |")
    return "\n".join(lines)


def written(text: str) -> str:
    """The README with the table in its place."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{table(json.loads(RESULTS.read_text()))}\n{END}{tail}"


if __name__ == "__main__":
    RESULTS.write_text(json.dumps(found(), indent=1) + "\n")
    if BEGIN in README.read_text():
        README.write_text(written(README.read_text()))
