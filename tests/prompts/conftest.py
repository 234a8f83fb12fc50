"""The hall of each module's rows, and what was found, kept for the table in the README."""

import sys
from collections.abc import Iterator

import pytest

from tests.prompts.hall import Hall
from tests.prompts.results import Keeper
from tests.prompts.row import Row


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a row of the module's table."""
    if "row" in metafunc.fixturenames:
        rows: tuple[Row, ...] = metafunc.module.ROWS
        metafunc.parametrize("row", rows, ids=[row.id for row in rows])


def _row(item: pytest.Function) -> Row:
    found = item.callspec.params["row"]
    assert isinstance(found, Row)
    return found


@pytest.fixture(scope="module")
def hall(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hall]:
    """A crew with the rows that are tried in this module."""
    if sys.platform != "linux":
        pytest.skip("the table is of Debian's programs, and of what Linux tells of a terminal")
    rows: list[Row] = [
        _row(item)
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.module is request.module
        and "row" in item.fixturenames
    ]
    found = Hall(tmp_path_factory.mktemp("hall"), [row for row in rows if not row.missing()])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        try:
            found.open()
            yield found
        finally:
            found.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--keep-prompts``: write what was found to results.json."""
    parser.addoption("--keep-prompts", action="store_true", help="write tests/prompts/results.json")


def pytest_configure(config: pytest.Config) -> None:
    """Keep results where that is asked for."""
    if config.getoption("--keep-prompts", default=False) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper())
