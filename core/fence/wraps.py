"""What keeps git in each agent's fence, for commands that run without the supervisor."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from crewtui.core.agents.registry import adapter_for, load_adapters
from crewtui.core.config.load import load_crew
from crewtui.core.config.project import Project
from crewtui.core.fence.confine import confined, is_enclosed
from crewtui.core.fence.scope import has_scope
from crewtui.core.fence.trial import chosen

Wrap = Callable[[tuple[str, ...], Path], tuple[str, ...]]


def wraps(project: Project) -> Callable[[str], Wrap | None]:
    """From an agent's id to what keeps its git in its fence; raises ``ConfigError``."""
    crew = load_crew(project.config)
    if not any(has_scope(spec) for spec in crew.agents):
        return lambda _agent: None
    fence = chosen(crew.crew.fence)
    adapters = load_adapters(project.folder)

    def wrap_of(agent: str) -> Wrap | None:
        spec = crew.agent(agent)
        if spec is None or not is_enclosed(spec, fence):
            return None
        return partial(confined, project, spec, adapter_for(spec, adapters).wiring, fence)

    return wrap_of
