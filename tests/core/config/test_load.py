"""agents.toml."""

from pathlib import Path

import pytest

from crewtui.core.config.load import parse_crew
from crewtui.core.config.project import Project
from crewtui.core.config.prompts import startup_prompt
from crewtui.core.config.scaffold import scaffold, templates
from crewtui.core.model.errors import ConfigError


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_crew(text)
    assert caught.value.exit_code == 2
    return caught.value.what


def test_a_wrong_id_is_said_with_line_and_expectation() -> None:
    said = refusal(
        '[[agents]]\nid = "ok"\ncommand = "cat"\n\n[[agents]]\nid = "Bad Id"\ncommand = "cat"'
    )
    assert "agents.toml:6" in said
    assert "agents.1.id" in said
    assert "lower-case" in said


def test_an_unknown_key_is_said_with_its_line() -> None:
    said = refusal('[[agents]]\nid = "a"\ncommand = "cat"\ncomand = "x"')
    assert "agents.toml:4" in said
    assert "comand" in said


def test_a_missing_key_points_at_its_table() -> None:
    assert "agents.toml:2: agents.0.command" in refusal('\n[[agents]]\nid = "a"')


def test_broken_toml_names_the_line() -> None:
    assert "agents.toml:2:" in refusal('[crew]\nname = "x')


@pytest.mark.parametrize("id_", ["human", "all", "-x", "a b", "../x", "a" * 33, "x#(id)", ""])
def test_hostile_and_reserved_ids_are_refused(id_: str) -> None:
    assert "id" in refusal(f'[[agents]]\nid = "{id_}"\ncommand = "cat"')


def test_a_command_is_split_without_a_shell() -> None:
    crew = parse_crew('[[agents]]\nid = "a"\ncommand = "prog \'one word\' $HOME"')
    assert crew.agents[0].command == ("prog", "one word", "$HOME")


def test_a_group_makes_numbered_instances() -> None:
    crew = parse_crew(
        '[[agents]]\nid = "w"\ncommand = "cat"\n'
        '[[worker_groups]]\nid = "g"\nagents = ["w"]\ncount = 3'
    )
    assert [agent.id for agent in crew.agents] == ["w-1", "w-2", "w-3"]
    assert {agent.group for agent in crew.agents} == {"g"}
    assert [agent.instance_index for agent in crew.agents] == [1, 2, 3]


def test_a_group_of_unknown_agents_is_refused() -> None:
    said = refusal('[[worker_groups]]\nid = "g"\nagents = ["ghost"]')
    assert "ghost" in said


def test_two_agents_of_one_name_are_refused() -> None:
    table = '[[agents]]\nid = "a"\ncommand = "cat"\n'
    assert "two agents" in refusal(table + table)


@pytest.mark.parametrize("template", sorted(templates()))
def test_every_template_makes_a_project_that_loads(template: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    project = Project(tmp_path)
    scaffold(project, template)
    crew = parse_crew(project.config.read_text())
    assert len(crew.agents) >= 3
    for agent in crew.agents:
        prompt = startup_prompt(project, crew, agent)
        assert prompt is not None
        assert "{{" not in prompt
        assert agent.id in prompt


@pytest.mark.parametrize("template", sorted(templates()))
def test_every_agent_of_a_template_has_a_fence(template: str, tmp_path: Path) -> None:
    project = Project(tmp_path)
    scaffold(project, template)
    assert all(agent.allowed_write_dirs for agent in parse_crew(project.config.read_text()).agents)


def test_scaffolding_twice_overwrites_nothing(tmp_path) -> None:  # type: ignore[no-untyped-def]
    project = Project(tmp_path)
    scaffold(project)
    project.config.write_text("# mine\n")
    assert scaffold(project) == []
    assert project.config.read_text() == "# mine\n"


def test_a_prompt_outside_the_project_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    crew = parse_crew('[[agents]]\nid = "a"\ncommand = "cat"\nprompt_file = "../../etc/passwd"')
    with pytest.raises(ConfigError):
        startup_prompt(Project(tmp_path), crew, crew.agents[0])
