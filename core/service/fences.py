"""The crew's fences: which means holds them, and commands that run on the agents' behalf."""

import asyncio
from functools import partial
from pathlib import Path

from crewtui.core.agents.adapter import Wiring
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.fence.confine import confined, is_enclosed
from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.scope import has_scope, scope_of
from crewtui.core.fence.trial import chosen
from crewtui.core.supervision.runner import Runner
from crewtui.core.work.git import Wrap

CHECKS = "checks"
"""Whose corner the commands of milestones have."""


class Fences:
    """Knows what holds each agent of the crew."""

    def __init__(self, project: Project, runners: dict[str, Runner]):
        self._project = project
        self._runners = runners
        self.means = Fence.NONE

    async def choose(self, wanted: str) -> Fence:
        """Find what enforces write scopes here, if any agent has one, and show who has none."""
        fenced = [name for name, runner in self._runners.items() if has_scope(runner.spec)]
        if fenced:
            self.means = await asyncio.to_thread(chosen, wanted)
        for name, runner in self._runners.items():
            held = self.means if name in fenced else Fence.NONE
            runner.record.show(fence=held.strength)
        return self.means

    def scopes(self) -> dict[str, tuple[str, ...]]:
        """Where each agent with a write scope may write."""
        return {
            name: scope_of(self._project, runner.spec, runner.adapter.wiring).write
            for name, runner in self._runners.items()
            if runner.spec.allowed_write_dirs
        }

    def confine(self, agent: str, argv: tuple[str, ...], cwd: Path) -> tuple[str, ...]:
        """A command of an agent's task in the agent's own write scope.

        Any agent can add a task with its commands, so those of an agent without a scope are held
        as well where there are fences: they may write in their folder.
        """
        runner = self._runners.get(agent)
        if runner is not None and is_enclosed(runner.spec, self.means):
            spec, wiring = runner.spec, runner.adapter.wiring
        else:
            spec = AgentSpec(id=CHECKS, command=argv, allowed_write_dirs=(str(cwd),))
            wiring = Wiring()
        return confined(self._project, spec, wiring, self.means, argv, cwd)

    def wrap_of(self, agent: str) -> Wrap | None:
        """What keeps git in the agent's fence; none for an agent without one."""
        runner = self._runners.get(agent)
        if runner is None or not is_enclosed(runner.spec, self.means):
            return None
        return partial(self.confine, agent)

    def confine_check(self, argv: tuple[str, ...], cwd: Path) -> tuple[str, ...]:
        """A milestone's command runs what agents wrote: it gets the project and no more."""
        spec = AgentSpec(id=CHECKS, command=argv, allowed_write_dirs=(".",))
        return confined(self._project, spec, Wiring(), self.means, argv, cwd)
