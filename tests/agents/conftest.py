"""Keeps what the tests of real agents found, CLI by CLI, for the table in the README."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.agents.clis import CLIS, NEWEST

RESULTS = Path(__file__).with_name("results.json")
RESULTS_NEWEST = Path(__file__).with_name("results_newest.json")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--keep-results``: write what was found to results.json or results_newest.json."""
    parser.addoption("--keep-results", action="store_true", help="write tests/agents/results.json")


class Keeper:
    """Collects the outcome of each test, on the controlling process."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test is over."""
        if "test_real_agents" not in report.nodeid or "[" not in report.nodeid:
            return
        name, _, cli = report.nodeid.partition("::")[2].partition("]")[0].partition("[")
        checks = self.found.setdefault(cli, {})
        if report.skipped and isinstance(report.longrepr, tuple):
            checks[name] = f"skipped: {report.longrepr[2].removeprefix('Skipped: ')}"
        elif report.failed or (report.when == "call" and name not in checks):
            checks[name] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write what was found."""
        path = RESULTS_NEWEST if NEWEST else RESULTS
        known = json.loads(path.read_text()) if path.exists() else {}
        for cli, checks in self.found.items():
            version = {"version": CLIS[cli].version} if NEWEST else {}
            same = known.get(cli, {}).get("version") == version.get("version")
            known[cli] = (known.get(cli, {}) if same else {}) | checks | version
        path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    """Keep results where that is asked for."""
    if config.getoption("--keep-results", default=False) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper())


RUNS_COMMANDS = ("test_it_casts_its_ballot_with_its_own_token", "test_approving_runs_the_command")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Codex runs commands in a sandbox of its own, which does not start everywhere."""
    if os.getuid() != 0 or shutil.which("bwrap") is None:
        return
    why = "as root Codex's own sandbox does not start where bubblewrap is installed"
    for item in items:
        if item.name.startswith(RUNS_COMMANDS) and "[codex" in item.name:
            item.add_marker(pytest.mark.skip(reason=why))
