"""What is added to an agent's command so that it signals, goes on, and gets its prompt."""

import json
import os
import shlex
import sys
from pathlib import Path

from crewtui.core.agents.adapter import Wiring
from crewtui.core.agents.hook import RULES
from crewtui.core.agents.policies import is_wired
from crewtui.core.supervision.stage import Launch

_RESUMES = ("resume", "--resume", "--continue", "-r")


def signal_words() -> list[str]:
    """The command that passes a signal on; its name, and perhaps its data, follow."""
    return [sys.executable, "-m", "crewtui", "signal"]


def wired_command(launch: Launch, folder: Path, prompt: str) -> list[str]:
    """The agent's command with what its adapter adds; files are written to the private folder.

    ``prompt`` is the startup prompt if it is to go on the command line, else empty. Nothing is
    added for an agent with ``signals = false`` but the session and the prompt.
    """
    wiring = launch.adapter.wiring
    words = _words(folder, launch.session, prompt)
    program, *given = launch.spec.command
    added: list[str] = []
    if is_wired(launch.spec, wiring) and (wiring.arguments or wiring.files):
        write_files(wiring, folder, words)
        write_rules(launch, folder)
        ruled = wiring.policy_arguments if launch.spec.approve or launch.spec.deny else ()
        added = [_filled(word, words) for word in (*wiring.arguments, *ruled)]
    after: list[str] = []
    if launch.resumed and not set(given) & set(_RESUMES):
        after += [_filled(word, words) for word in wiring.resume]
    if prompt and not launch.resumed:
        after += [_filled(word, words) for word in wiring.prompt_arguments]
    return [program, *added, *given, *after]


def wired_environment(launch: Launch, folder: Path) -> dict[str, str]:
    """Variables by which the program finds the adapter's files."""
    wiring = launch.adapter.wiring
    if not is_wired(launch.spec, wiring):
        return {}
    words = _words(folder, launch.session, "")
    return {name: _filled(value, words) for name, value in wiring.environment.items()}


def write_files(wiring: Wiring, folder: Path, words: dict[str, str]) -> None:
    """Write the adapter's files for this agent, readable by its user only."""
    quoted = {**words, "signal": json.dumps(words["signal"])[1:-1]}
    for name, text in wiring.files.items():
        _write(folder / Path(name).name, _filled(text, quoted))


def write_rules(launch: Launch, folder: Path) -> None:
    """Write what the agent's own hook decides by: it holds with and without a supervisor."""
    policy, spec = launch.adapter.policy, launch.spec
    if policy is None:
        return
    rules = policy.model_dump(mode="json") | {"approve": spec.approve, "deny": spec.deny}
    _write(folder / RULES, json.dumps(rules))


def _write(path: Path, text: str) -> None:
    """A new file for its user only, whatever was there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)


def _words(folder: Path, session: str, prompt: str) -> dict[str, str]:
    signal = signal_words()
    return {
        "signal": shlex.join(signal),
        "signal_list": ", ".join(json.dumps(word) for word in signal),
        "folder": str(folder),
        "session": session,
        "prompt": prompt,
    }


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text
