"""Tasks as a person or an agent writes them: TOML, YAML or JSON."""

import json
import tomllib
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from crewtui.core.config.crew import Command
from crewtui.core.model.errors import ConfigError
from crewtui.core.model.ids import is_agent_id
from crewtui.core.model.task import TaskPolicy, TaskView, Validation

MAX_BYTES = 256 * 1024
MOST_TASKS = 200


def _task_id(text: str) -> str:
    if not is_agent_id(text):
        raise ValueError("an id of lower-case letters, digits, _ and -, at most 32 characters")
    return text


def _relative(text: str) -> str:
    parts = text.split("/")
    if text.startswith(("/", "~", "-")) or ".." in parts or "\\" in text or "\0" in text:
        raise ValueError(f"a path inside the project, not {text!r}")
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


TaskId = Annotated[str, AfterValidator(_task_id)]
RelativePath = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_relative)]
Line = Annotated[str, Field(max_length=2000)]
Lines = Annotated[tuple[Line, ...], BeforeValidator(_listed)]
Paths = Annotated[tuple[RelativePath, ...], BeforeValidator(_listed)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ValidationTable(_Table):
    """One ``[[validations]]`` table."""

    name: str = Field(default="", max_length=80)
    command: Command
    timeout: float = Field(default=300.0, gt=0, le=7200)
    """In seconds."""
    optional: bool = False


class TaskTable(_Table):
    """One task as it is written."""

    id: TaskId
    title: str = Field(min_length=1, max_length=200)
    goal: str = Field(default="", max_length=4000)
    domain: str = Field(default="", max_length=80)
    milestone: str = Field(default="", max_length=80)
    artifacts: Paths = ()
    acceptance: Lines = ()
    constraints: Lines = ()
    allowed_paths: Paths = ()
    validations: tuple[ValidationTable, ...] = Field(default=(), max_length=50)
    depends_on: Annotated[tuple[TaskId, ...], BeforeValidator(_listed)] = ()
    due: str = Field(default="", max_length=80)
    policy: TaskPolicy = TaskPolicy()

    def view(self) -> TaskView:
        """The task as it begins."""
        validations = tuple(
            Validation(
                name=table.name or table.command[0],
                command=table.command,
                timeout_s=table.timeout,
                optional=table.optional,
            )
            for table in self.validations
        )
        values = self.model_dump(exclude={"validations", "policy"})
        return TaskView(**values, validations=validations, policy=self.policy)


def read_tasks(text: str, name: str) -> list[TaskTable]:
    """The tasks in a file: one, a list, or a table ``tasks``; raises ``ConfigError``."""
    if len(text.encode()) > MAX_BYTES:
        raise ConfigError(f"{name}: more than {MAX_BYTES} bytes", "split it")
    try:
        data = _parsed(text, name)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{name}: {error}", "a task is TOML, YAML or JSON") from None
    found = data.get("tasks", data) if isinstance(data, dict) else data
    tables = found if isinstance(found, list) else [found]
    if not tables or len(tables) > MOST_TASKS:
        raise ConfigError(f"{name}: 1 to {MOST_TASKS} tasks, not {len(tables)}")
    return [checked(table, name) for table in tables]


def checked(table: Any, name: str) -> TaskTable:
    """One task; raises ``ConfigError`` that says where it is wrong."""
    try:
        return TaskTable.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "task"
        raise ConfigError(
            f"{name}: {where}: {first['msg']}", 'a task has at least: id = "parser", title = "…"'
        ) from None


def _parsed(text: str, name: str) -> Any:
    if name.endswith((".yaml", ".yml")):
        return _yaml(text)
    if name.endswith(".json"):
        return json.loads(text)
    if name.endswith(".toml"):
        return tomllib.loads(text)
    for parse in (json.loads, tomllib.loads):
        try:
            return parse(text)
        except ValueError:
            continue
    return _yaml(text)


def _yaml(text: str) -> Any:
    import yaml  # only where a task is YAML

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error).replace("\n", " ")) from None
