"""Print every figure as a table and write ``bench.json``; exit 1 if one misses its target."""

import json
import os
import sys
from pathlib import Path

from tests.bench.figures import ALL
from tests.bench.soak import soak

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def main() -> int:
    """Run all figures, or those named on the command line."""
    rows = []
    wanted = [figure for figure in (*ALL, soak) if figure.__name__ in sys.argv[1:]] or ALL
    for figure in wanted:
        for name, value, unit, target, holds in figure():
            rows.append(
                {"name": name, "value": value, "unit": unit, "target": target, "holds": holds}
            )
            mark = "ok  " if holds else "MISS"
            sys.stdout.write(f"{mark}  {name:<45} {value:9.2f} {unit:<12} {target}\n")
            sys.stdout.flush()
    path = Path("bench.json")
    kept = json.loads(path.read_text()) if path.exists() else []
    names = {row["name"] for row in rows}
    rest = [row for row in kept if row["name"] not in names]  # a part keeps what it did not measure
    path.write_text(json.dumps([*rest, *rows], indent=1))
    return 0 if all(row["holds"] for row in rows) else 1


sys.exit(main())
