"""Agents of a real crew that ask the supervisor with the tokens of their own runs."""

import sqlite3
from pathlib import Path
from typing import Any

from crewtui.core.rpc.token import load_secret, token_of
from tests.support.crews import RealCrew
from tests.support.repository import Repository

GOOD = {"name": "passes", "command": ["python3", "work.py"]}


class Workers:
    """What agents and the operator do, as requests."""

    def __init__(self, crew: RealCrew, repository: Repository):
        self.crew = crew
        self.repository = repository

    def token(self, agent: str) -> str:
        """The token of the agent's newest run."""
        with sqlite3.connect(self.crew.project.ledger) as ledger:
            query = "SELECT run FROM runs WHERE agent = ? ORDER BY started_at DESC"
            run = ledger.execute(query, (agent,)).fetchone()[0]
        return token_of(load_secret(self.crew.project.runtime / "secret"), run)

    def as_(self, agent: str, method: str, **params: Any) -> Any:
        """A request of an agent's."""
        said = {"agent": agent, "token": self.token(agent)}
        return self.crew.call(method, said=said, **params)

    def operator(self, method: str, **params: Any) -> Any:
        """A request of the operator's."""
        return self.crew.call(method, **params)

    def task(self, id_: str) -> dict[str, Any]:
        """A task as everyone sees it."""
        return dict(self.crew.state()["tasks"][id_])

    def add(self, id_: str, **facts: Any) -> None:
        """Add a task whose validation runs ``work.py``."""
        table = {"id": id_, "title": f"do {id_}", "validations": [GOOD], **facts}
        self.operator("task.add", tasks=[table])

    def claimed(self, agent: str, id_: str, **facts: Any) -> Path:
        """Add a task and give it to an agent; its worktree."""
        self.add(id_, **facts)
        return Path(self.as_(agent, "task.claim", task=id_)["worktree"])

    def commit(self, folder: Path, name: str = "work.py", text: str = "print('good')\n") -> str:
        """Work that is committed in a worktree."""
        return self.repository.commit(f"write {name}", {name: text}, folder)

    def submit(self, agent: str, id_: str) -> dict[str, Any]:
        """Submit, and wait for the end of the attempt."""
        self.as_(agent, "task.submit", task=id_)
        return self.result(id_)

    def result(self, id_: str) -> dict[str, Any]:
        """The task's newest attempt once it has ended."""
        found = self.operator("task.result", task=id_, wait_s=20)
        while found["ending"] == "running":
            found = self.operator("task.result", task=id_, wait_s=20)
        return dict(found)

    def merged(self, agent: str, id_: str, text: str = "print('good')\n") -> None:
        """A task from nothing to main."""
        self.commit(self.claimed(agent, id_), f"{id_}.txt", id_)
        folder = Path(self.task(id_)["worktree"])
        self.commit(folder, "work.py", text)
        self.submit(agent, id_)
        self.approve(agent, id_)

    def again(self) -> None:
        """Start the crew anew with the agents.toml that is there now."""
        self.crew.run("stop")
        self.crew.up()
        for name in "abc":
            self.crew.until_state(name, "idle")

    def approve(self, author: str, id_: str) -> None:
        """Both others approve, and the merge is waited for."""
        for reviewer in {"a", "b", "c"} - {author}:
            self.as_(reviewer, "review.add", task=id_, approve=True, text="good")
        self.crew.until(lambda: self.task(id_)["state"] != "review")

    def told(self, agent: str, words: str) -> bool:
        """Whether an agent was told something with these words."""
        for message in self.crew.messages(recipient=agent):
            body = self.crew.call("message.show", message=message["id"])["body"]
            if words in body:
                return True
        return False
