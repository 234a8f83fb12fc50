"""Processes as /proc shows them: who belongs to a pane, and which terminal each one has."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One process: ``started`` and ``pid`` together are never used again."""

    pid: int
    name: str
    state: str
    parent: int
    group: int
    tty: int
    front_group: int
    started: str


def process(pid: int) -> Process | None:
    """The process, or none if it is gone or there is no /proc."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            stat = file.read().decode("utf-8", "replace")
    except OSError:
        return None
    head, _, rest = stat.rpartition(")")
    fields = rest.split()
    name = head.partition("(")[2]
    return Process(
        pid=pid,
        name=name,
        state=fields[0],
        parent=int(fields[1]),
        group=int(fields[2]),
        tty=int(fields[4]),
        front_group=int(fields[5]),
        started=fields[19],
    )


def below(root: int) -> list[Process]:
    """The process and all its descendants, parents first; empty if it is gone."""
    first = process(root)
    if first is None:
        return []
    children: dict[int, list[Process]] = {}
    with suppress(OSError):
        for entry in os.scandir(PROC):
            if entry.name.isdigit() and (found := process(int(entry.name))) is not None:
                children.setdefault(found.parent, []).append(found)
    tree, todo = [first], [root]
    while todo:
        for child in children.get(todo.pop(), ()):
            tree.append(child)
            todo.append(child.pid)
    return tree


def working_folder(pid: int) -> str:
    """The folder that a process is in; empty if that may not be seen."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def folder_forms(folder: str) -> list[str]:
    """How prompts write a folder, the longest form first: whole, from home, shortened, its name."""
    if not folder:
        return []
    home = os.path.expanduser("~").rstrip("/")
    forms = [folder]
    if home and (folder + "/").startswith(home + "/"):
        forms.append("~" + folder[len(home) :])
    for form in list(forms):
        *parents, name = form.split("/")
        if len(parents) > 1 or (parents and parents[0] == "~"):
            short = [part[:2] if part.startswith(".") else part[:1] for part in parents]
            forms.append("/".join([*short, name]))
    forms.append(folder.rsplit("/", 1)[-1])
    return [form for form in dict.fromkeys(forms) if form]
