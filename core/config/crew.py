"""What ``agents.toml`` says, as values."""

import re
import shlex
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from crewtui.core.model.ids import RESERVED_IDS, is_agent_id
from crewtui.core.model.policy import check_rule


def _checked_id(text: str) -> str:
    if not is_agent_id(text):
        raise ValueError("an id of lower-case letters, digits, _ and -, at most 32 characters")
    if text in RESERVED_IDS:
        raise ValueError(f"another id: {text!r} is kept for the operator, broadcasts and crewtui")
    return text


def _split_command(value: object) -> object:
    if isinstance(value, str):
        try:
            return tuple(shlex.split(value))
        except ValueError as error:
            raise ValueError(f"a command with balanced quotes ({error})") from None
    return value


def _not_empty(command: tuple[str, ...]) -> tuple[str, ...]:
    if not command or not command[0]:
        raise ValueError("a program and its arguments")
    return command


_DRAFTS = ("Delete all? [y/n] what a person types", "> what a person types", "$ rm -rf x y")


def _checked_pattern(text: str) -> str:
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise ValueError(f"a regular expression such as '^> ' ({error})") from None
    if any((found := pattern.match(draft)) and found.end() == len(draft) for draft in _DRAFTS):
        raise ValueError("a pattern of the prompt alone, such as '^> ': this one takes drafts too")
    return text


def _restart_table(value: object) -> object:
    return {"policy": value} if isinstance(value, str) else value


Rules = Annotated[tuple[Annotated[str, AfterValidator(check_rule)], ...], Field(max_length=200)]
Network = Literal["all", "loopback", "none"]
AgentId = Annotated[str, AfterValidator(_checked_id)]
Command = Annotated[tuple[str, ...], BeforeValidator(_split_command), AfterValidator(_not_empty)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RestartPolicy(_Table):
    """When and how fast an agent is started again."""

    policy: Literal["on-failure", "always", "never"] = "on-failure"
    """What is restarted: crashes, clean exits too, or nothing."""
    limit: int = Field(default=5, ge=0, le=100)
    """Automatic restarts without a healthy run between, before the agent is degraded."""
    base_s: float = Field(default=1.0, gt=0, le=3600)
    """The first delay in seconds; each further one doubles."""
    max_s: float = Field(default=16.0, gt=0, le=86400)
    """The longest delay in seconds."""
    healthy_s: float = Field(default=120.0, gt=0)
    """How long a run must live after it was ready, in seconds, to clear the count."""


class AgentSpec(_Table):
    """One ``[[agents]]`` table, or one instance of it in a worker group."""

    id: AgentId
    """The agent's name: inbox, session and messages go by it."""
    command: Command
    """The program and its arguments; no shell unless ``shell = true``."""
    prompt_file: str | None = None
    """A file whose text is the agent's first message, relative to ``.orchestrator/``."""
    worktree_prompt_file: str | None = None
    """The same, for an agent that works in a worktree of its own."""
    allowed_write_dirs: tuple[str, ...] = ()
    """Where the agent may write; empty means everywhere."""
    terminal: str | None = None
    """Kept for projects that name a terminal program here; crewtui needs none."""
    adapter: str | None = None
    """The adapter's name, where the command does not tell."""
    composer: Annotated[str, AfterValidator(_checked_pattern)] | None = None
    """A pattern of the line up to the cursor where one types, such as ``'^> '``."""
    runs_messages: bool = False
    """For a shell: whether a message's lines are run as commands; otherwise all are comments.

    What crewtui itself writes to the agent, its startup prompt too, is a comment in either case.
    """
    env: dict[str, str] = {}
    """Variables added to the agent's environment."""
    cwd: str | None = None
    """The folder it starts in, relative to the project."""
    signals: bool = True
    """Whether its own hooks or notifiers are wired in for this run."""
    prompt: Literal["paste", "argument"] | None = None
    """How its startup prompt is given, where the adapter's way is not wanted."""
    approve: Rules = ()
    """Patterns such as ``Bash(git status*)``: questions that are approved without a person."""
    deny: Rules = ()
    """Patterns of questions that are denied without a person; they win over ``approve``."""
    denied_read_dirs: tuple[str, ...] = ()
    """What the agent may not read, relative to the project."""
    network: Network = "all"
    """What a fenced agent reaches: everything, only what it starts itself, or nothing."""
    restart: Annotated[RestartPolicy, BeforeValidator(_restart_table)] = RestartPolicy()
    """A policy's name or a table of its own."""
    host: str | None = None
    """Kept for crews across machines; only the local machine is served."""
    shell: bool = False
    """Run the command through ``/bin/sh -c``."""
    autostart: bool = True
    """Whether the supervisor starts it at once."""
    group: str = ""
    instance_index: int = 0
    group_count: int = 1
    layout: str = "tiled"


class WorkerGroup(_Table):
    """One ``[[worker_groups]]`` table: agents that share a session with split panes."""

    id: AgentId
    agents: tuple[str, ...] = Field(min_length=1)
    layout: Literal[
        "tiled", "even-horizontal", "even-vertical", "main-horizontal", "main-vertical"
    ] = "tiled"
    count: int | None = Field(default=None, ge=1, le=64)


class CrewTable(_Table):
    """The ``[crew]`` table: settings of the whole crew."""

    name: str | None = None
    """The project's name on screen."""
    tmux_socket: str = Field(default="crewtui", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    """The tmux server's socket name (``tmux -L``)."""
    duplicate_window_s: float = Field(default=120.0, ge=0)
    """How long an equal message from the same sender counts as a duplicate, in seconds."""
    sender_limit: int = Field(default=60, ge=0, le=100000)
    """Messages that are taken of one sender in a minute, ten times as many of you; 0: no limit."""
    keep_days: float = Field(default=14, ge=0, le=3650)
    """How long what is finished is kept: messages, events, runs; 0: for ever."""
    keep_mb: int = Field(default=1024, ge=0, le=1_000_000)
    """What is finished is kept for a shorter time where it takes more than that; 0: no limit."""
    clean_at: str = Field(default="03:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When it is dropped, local time."""
    scan_s: float = Field(default=3.0, gt=0, le=60)
    """How often inboxes are listed even if no change was noticed, in seconds."""
    held_limit_s: float = Field(default=1800.0, gt=0)
    """How long a message may be held before it needs you, in seconds."""
    history_lines: int = Field(default=10000, ge=100, le=1000000)
    """Lines of scrollback that tmux keeps for each pane."""
    frames_per_s: int = Field(default=10, ge=1, le=60)
    """How often a visible pane is drawn at most."""
    orchestrator: str | None = None
    """The agent that is told when another one failed too often."""
    fix_attempts: int = Field(default=3, ge=0, le=100)
    """How often a failed turn of one error type is tried again before it is escalated."""
    fix_delay_s: float = Field(default=10.0, gt=0, le=3600)
    """The delay before the first such attempt, in seconds; each further one doubles."""
    fence: Literal["auto", "bubblewrap", "landlock", "landlock, files only", "audit"] = "auto"
    """What enforces write scopes: the strongest that works here, or this one."""
    approve: Rules = ()
    """As an agent's ``approve``, for all agents; each agent has them too once it is loaded."""
    deny: Rules = ()
    """As an agent's ``deny``, for all agents."""
    merge_checks: tuple[Command, ...] = ()
    """Commands that every merged result must pass besides the task's own validations."""
    github: bool = False
    """Whether reviews and merges are mirrored to pull requests with ``gh``."""
    notify: bool = True
    """Bell and desktop notification when something needs a person."""


class CrewConfig(BaseModel):
    """A whole crew: every agent, instances of worker groups among them."""

    model_config = ConfigDict(frozen=True)

    crew: CrewTable = CrewTable()
    agents: tuple[AgentSpec, ...] = ()

    def agent(self, name: str) -> AgentSpec | None:
        """The agent with that id."""
        return next((agent for agent in self.agents if agent.id == name), None)
