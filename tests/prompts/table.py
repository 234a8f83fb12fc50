"""All rows of all modules."""

from tests.prompts import (
    test_children,
    test_full_screen,
    test_keys_and_secrets,
    test_lines,
    test_localised,
    test_nested,
    test_pagers_and_editors,
    test_questions,
    test_repls,
)
from tests.prompts.row import Row

MODULES = (
    test_questions,
    test_localised,
    test_keys_and_secrets,
    test_pagers_and_editors,
    test_full_screen,
    test_children,
    test_repls,
    test_lines,
    test_nested,
)
ROWS: tuple[Row, ...] = tuple(row for module in MODULES for row in module.ROWS)
