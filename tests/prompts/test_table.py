"""The table of rows itself."""

from collections import Counter

from tests.prompts.report import README, written
from tests.prompts.results import RESULTS
from tests.prompts.table import ROWS


def test_each_row_has_its_own_id() -> None:
    assert [id_ for id_, count in Counter(row.id for row in ROWS).items() if count > 1] == []


def test_there_are_rows_enough_of_each_outcome() -> None:
    assert len(ROWS) >= 90
    assert len([row for row in ROWS if row.held]) >= 60
    assert len([row for row in ROWS if not row.held and not row.exception]) >= 20


def test_the_readmes_table_of_prompts_is_the_one_that_the_tests_found() -> None:
    readme = README.read_text(encoding="utf-8")
    assert RESULTS.exists(), "run: make test-prompts"
    assert written(readme) == readme, "run: make test-prompts"
