"""The course of the spike: its steps in order, each begun at rest, each with its time."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from crewtui.app.spike.arriving import greet, half, long_text, odd_text
from crewtui.app.spike.asking import be_asked
from crewtui.app.spike.coming_up import come_up
from crewtui.app.spike.restarting import crash
from crewtui.app.spike.screens import watch
from crewtui.app.spike.step import Outcome, Step, failed, not_proven
from crewtui.app.spike.trial import Trial
from crewtui.app.spike.words import COUNT
from crewtui.app.spike.working import work
from crewtui.core.model.errors import CrewtuiError

Make = Callable[[Trial], Iterator[Step]]


def _one(make: Callable[[Trial], Step]) -> Make:
    def steps(trial: Trial) -> Iterator[Step]:
        yield make(trial)

    return steps


def _greeted(trial: Trial) -> Iterator[Step]:
    step = greet(trial)
    if step.outcome is not Outcome.OK:
        trial.broken = "its first message did not arrive"
    yield step


COURSE: tuple[tuple[tuple[str, ...], Make], ...] = (
    (("idle",), _one(come_up)),
    ((), watch),
    (("message",), _greeted),
    (("busy", "queued"), work),
    (("asking",), _one(be_asked)),
    (("long text",), _one(long_text)),
    (("odd text",), _one(odd_text)),
    ((f"messages 1 to {COUNT // 2}",), _one(lambda trial: half(trial, 0))),
    (("restart",), _one(crash)),
    ((f"messages {COUNT // 2 + 1} to {COUNT}",), _one(lambda trial: half(trial, COUNT // 2))),
)


def prove(trial: Trial) -> Generator[Step, None, None]:
    """Every step as it is done; those that cannot be tried any more are not proven."""
    try:
        for names, make in COURSE:
            if not trial.broken and names != ("idle",):
                _bring_to_rest(trial)
            if trial.broken:
                yield from (not_proven(n, f"not tried: {trial.broken}").plain() for n in names)
                continue
            yield from _timed(trial, names, make)
    finally:
        trial.clean_up()


def _bring_to_rest(trial: Trial) -> None:
    """Wait until it is idle and has all that was sent; one of our own is started anew else."""
    if trial.rests():
        return
    if trial.own:
        trial.forget()
        if trial.restart():
            return
    view = trial.look()
    trial.broken = f"not at rest: it is {view['state']} ({view['evidence']['rule']})"


def _timed(trial: Trial, names: tuple[str, ...], make: Make) -> Iterator[Step]:
    began = trial.clock()
    try:
        for step in make(trial):
            yield replace(step.plain(), took_s=trial.clock() - began)
            began = trial.clock()
    except CrewtuiError as error:
        trial.broken = error.what
        name = names[0] if names else "screens"
        yield failed(name, error.what, todo=error.todo or "see: crewtui status").plain()


def held(steps: list[Step]) -> bool:
    """Whether no step failed."""
    return all(step.outcome is not Outcome.FAILED for step in steps)
