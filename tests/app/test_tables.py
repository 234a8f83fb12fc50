"""The tables of keys and panels: nothing in them is missing, nothing beside them is forgotten."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import crewtui.app.screens
import crewtui.widgets
from crewtui.app.keys.key import Key, KeyGroup
from crewtui.app.keys.table import GROUPS, keys
from crewtui.app.panels import PANELS
from crewtui.app.screens.board import Column
from crewtui.widgets.letters import LetterList
from crewtui.widgets.row_list import RowList
from crewtui.widgets.wish import Wish

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
KEYS_OF_README = README.partition("## Keys")[2].partition("\n## ")[0]


@pytest.fixture(scope="module", autouse=True)
def _all_modules_are_loaded() -> None:
    for package in (crewtui.widgets, crewtui.app.screens):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")


def _below(kind: type) -> set[type]:
    found: set[type] = set(kind.__subclasses__())
    return found.union(*(_below(each) for each in found))


@pytest.mark.parametrize(("group", "key"), [(g, key) for g in GROUPS for key in g.KEYS])
def test_a_key_calls_a_method_of_its_group(group: type[KeyGroup], key: Key) -> None:
    assert callable(getattr(group, key.does))


def test_no_key_means_two_things() -> None:
    names = [key.key for _, key in keys() if key.key]
    assert sorted(names) == sorted(set(names))


def test_every_group_is_in_the_table() -> None:
    assert _below(KeyGroup) == set(GROUPS)


def test_every_wish_is_fulfilled_by_one_method() -> None:
    fulfilled = [kind for group in GROUPS for kind in group.WISHES]
    assert _below(Wish) == set(fulfilled)
    assert len(fulfilled) == len(set(fulfilled))
    for group in GROUPS:
        for method in group.WISHES.values():
            assert callable(getattr(group, method))


def test_every_list_of_the_main_screen_is_in_the_table_of_panels() -> None:
    lists = _below(RowList) - {LetterList, Column}
    assert lists == {panel.widget for panel in PANELS if issubclass(panel.widget, RowList)}


def test_every_panel_has_a_key_a_help_and_rows_of_its_own() -> None:
    assert len({panel.key for panel in PANELS}) == len({panel.id for panel in PANELS})
    for panel in PANELS:
        assert getattr(panel.widget, "HELP", "") or panel.id == "centre"
        if issubclass(panel.widget, RowList):
            assert panel.widget.rows_of is not RowList.rows_of


def test_every_key_of_the_table_is_in_the_readme() -> None:
    named = set(re.findall(r"`([^`]+)`", KEYS_OF_README))
    numbers = {panel.key for panel in PANELS}
    missing = {key.name for _, key in keys()} - named - numbers - {"", "escape"}
    assert missing == set()
