"""Tasks as they are written: three formats, clear errors, no hostile names."""

import json

import pytest

from crewtui.core.model.errors import ConfigError
from crewtui.core.work.taskfile import read_tasks

TOML = """
id = "parser"
title = "Parse"
allowed_paths = ["src/"]
acceptance = "it parses"
depends_on = "lexer"
[[validations]]
command = "make 'the tests'"
timeout = 5
[policy]
max_files = 3
"""
YAML = """
tasks:
  - id: parser
    title: Parse
    validations:
      - {name: t, command: [make, test]}
  - id: lexer
    title: Lex
"""


def test_a_task_in_toml_has_its_commands_split_and_single_words_listed() -> None:
    task = read_tasks(TOML, "t.toml")[0].view()
    assert task.validations[0].command == ("make", "the tests")
    assert task.validations[0].timeout_s == 5
    assert task.acceptance == ("it parses",)
    assert task.depends_on == ("lexer",)
    assert task.policy.max_files == 3


def test_yaml_and_json_and_standard_input_are_read_as_well() -> None:
    assert [t.id for t in read_tasks(YAML, "t.yaml")] == ["parser", "lexer"]
    assert read_tasks(json.dumps({"id": "a", "title": "A"}), "t.json")[0].id == "a"
    assert read_tasks(TOML, "-")[0].id == "parser"
    assert len(read_tasks(YAML, "-")) == 2


@pytest.mark.parametrize(
    "id_",
    ["../x", "-x", "a b", "a\nb", "", "A", "x" * 33, "a..b", "a/b", "x.lock", "~x", "é", "@{-1}"],
)
def test_hostile_ids_are_refused(id_: str) -> None:
    with pytest.raises(ConfigError, match="id"):
        read_tasks(json.dumps({"id": id_, "title": "A"}), "t.json")


@pytest.mark.parametrize("path", ["../x", "/etc", "~/x", "a/../../b", "-x", "a\\b"])
def test_paths_outside_of_the_project_are_refused(path: str) -> None:
    table = {"id": "a", "title": "A", "allowed_paths": [path]}
    with pytest.raises(ConfigError, match="allowed_paths"):
        read_tasks(json.dumps(table), "t.json")


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("id = ", "t.toml", "TOML"),
        ("{", "t.json", "JSON"),
        ("a: [", "t.yaml", "YAML"),
        ("[]", "t.json", "1 to"),
        ('{"id": "a"}', "t.json", "title"),
        ('{"id": "a", "title": "A", "colour": "red"}', "t.json", "colour"),
        ('{"id": "a", "title": "A", "validations": [{"command": ""}]}', "t.json", "command"),
        ("!!python/object/apply:os.system ['true']", "t.yaml", "YAML"),
    ],
)
def test_a_wrong_file_says_where_it_is_wrong(text: str, name: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_tasks(text, name)
    assert name in caught.value.what
    assert why in str(caught.value)
