"""What the table's rows came to, kept as JSON: by id ``passed``, ``failed`` or ``skipped: why``."""

import json
from pathlib import Path

import pytest

RESULTS = Path(__file__).with_name("results.json")


class Keeper:
    """Collects the outcome of each row, on the controlling process."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test is over."""
        if "tests/prompts/" not in report.nodeid or "[" not in report.nodeid:
            return
        row = report.nodeid.partition("[")[2].removesuffix("]").partition("@")[0]
        if report.skipped and isinstance(report.longrepr, tuple):
            self.found[row] = f"skipped: {report.longrepr[2].removeprefix('Skipped: ')}"
        elif report.failed or (report.when == "call" and row not in self.found):
            self.found[row] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write what was found; rows that were not tried keep what is known of them."""
        known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(known | self.found, indent=1, sort_keys=True) + "\n")
