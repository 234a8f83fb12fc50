"""Which commands are shells to talk to."""

import shlex

import pytest

from crewtui.core.agents.registry import adapter_for, load_adapters, why_adapter
from crewtui.core.agents.shells import at_prompt
from crewtui.core.config.crew import AgentSpec

ADAPTERS = load_adapters()


@pytest.mark.parametrize(
    "command",
    [
        "bash",
        "bash -i",
        "bash --norc -i",
        "bash -l",
        "bash --rcfile my.rc",
        "bash --init-file my.rc -i",
        "bash -O extglob",
        "bash +O histappend",
        "bash -o vi",
        "bash -io vi",
        "bash -s with words",
        "bash --",
        "/usr/bin/bash --noprofile --norc",
        "/bin/sh -i",
        "sh",
        "dash -i",
        "dash -E",
        "zsh -f",
        "zsh -o interactivecomments",
        "zsh +o promptsp",
        "zsh --login",
        "ksh -o emacs",
        "fish",
        "fish -N",
        "fish --no-config --private",
        "fish -C 'set -g fish_greeting'",
        "env FOO=1 bash",
        "env -u CI -i HOME=/tmp bash --norc",
        "env -- bash",
        "/usr/bin/env zsh -f",
        "nice bash",
        "nice -n 5 bash -i",
        "nice --adjustment=5 env A=b bash",
        "ionice -c 3 bash",
        "stdbuf -oL dash",
        "exec bash",
        "exec -a mine bash -l",
        "command bash",
    ],
)
def test_a_shell_at_its_prompt(command: str) -> None:
    assert at_prompt(shlex.split(command))


@pytest.mark.parametrize(
    "command",
    [
        "bash wrapper.sh",
        "bash -i wrapper.sh",
        "bash --norc ./wrapper.sh --flag",
        "bash -O extglob wrapper.sh",
        "bash --rcfile my.rc wrapper.sh",
        "bash -- wrapper.sh",
        "bash - wrapper.sh",
        "bash -c 'exec claude'",
        "bash -lc claude",
        "bash -ic claude",
        "bash -o",
        "bash --version",
        "bash --help",
        "sh -c true",
        "/bin/sh run.sh",
        "sh -e run.sh",
        "zsh -fc ls",
        "zsh script.zsh",
        "zsh -o shwordsplit script.zsh",
        "fish script.fish",
        "fish -c ls",
        "fish --command=ls",
        "fish -n",
        "fish -v",
        "env FOO=1 bash wrapper.sh",
        "env -S 'bash -i'",
        "env FOO=1",
        "env",
        "nice bash -c ls",
        "nice -n 5 bash wrapper.sh",
        "setsid bash",
        "nohup bash",
        "sudo bash",
        "docker run -it box bash",
        "xbash",
        "cat",
    ],
)
def test_no_shell_to_talk_to(command: str) -> None:
    assert not at_prompt(shlex.split(command))


def spec(command: str, **more: object) -> AgentSpec:
    return AgentSpec.model_validate({"id": "a", "command": command, **more})


@pytest.mark.parametrize(
    ("command", "adapter"),
    [
        ("bash", "shell"),
        ("env FOO=1 bash --norc", "shell"),
        ("fish -N", "shell"),
        ("/bin/sh -i", "dash"),
        ("zsh -f", "zsh"),
        ("nice ksh", "zsh"),
        ("bash wrapper.sh", "generic"),
        ("bash -c claude", "generic"),
        ("zsh wrapper.zsh", "generic"),
        ("env FOO=1 claude", "generic"),
        ("claude", "claude"),
    ],
)
def test_only_a_shell_at_its_prompt_gets_the_adapter_of_shells(command: str, adapter: str) -> None:
    assert adapter_for(spec(command), ADAPTERS).name == adapter


def test_it_is_said_why_a_shell_is_none() -> None:
    assert "has it run something" in why_adapter(spec("bash wrapper.sh"), ADAPTERS)
    assert why_adapter(spec("env A=b bash"), ADAPTERS) == "serves the program bash"


def test_messages_run_only_where_the_agent_says_so() -> None:
    assert not adapter_for(spec("bash"), ADAPTERS).runs_messages
    assert adapter_for(spec("bash", runs_messages=True), ADAPTERS).runs_messages
    named = spec("bash wrapper.sh", adapter="shell", runs_messages=True)
    assert adapter_for(named, ADAPTERS).runs_messages
