"""Agents' panes: show, read, type."""

from crewtui.core.model.errors import Refused
from crewtui.core.rpc.panes import PaneHistory, PressKeys, ShowPanes, TypeText
from crewtui.core.service.port import Caller, CrewPort, Handlers
from crewtui.core.supervision.runner import Runner
from crewtui.core.tmux.paste import leave_copy_mode, paste, press, type_text

MOST_LINES = 10000


async def show(crew: CrewPort, caller: Caller, request: ShowPanes) -> None:
    """Which agents' panes the client shows, and how large; names that are none are passed over."""
    client = caller.client
    sizes = {name: size for name, size in request.agents.items() if name in crew.runners}
    client.show(set(sizes))
    crew.show(client.all_visible())
    for name, size in sizes.items():
        runner = crew.runners[name]
        if size and runner.pane is not None and crew.stage.sizes.get(name) != size:
            await crew.stage.resize(runner.spec, runner.pane, *size)
        elif size:
            crew.stage.sizes[name] = size


async def history(crew: CrewPort, _caller: Caller, request: PaneHistory) -> list[str]:
    """Lines of a pane with its scrollback; raises ``Refused`` where there is no pane."""
    _, pane = _with_pane(crew, request.agent)
    lines = min(request.lines, MOST_LINES)
    ask = ("capture-pane", "-p", "-e", "-S", f"-{lines}", "-t", pane)
    return list((await crew.link.run([ask]))[0].lines)


async def press_keys(crew: CrewPort, _caller: Caller, request: PressKeys) -> bool:
    """Keys that a person pressed; whether tmux took them."""
    runner, pane = _with_pane(crew, request.agent)
    runner.person_typed = True
    await leave_copy_mode(crew.link, pane)
    return await press(crew.link, pane, *request.keys)


async def enter_text(crew: CrewPort, _caller: Caller, request: TypeText) -> bool:
    """Text that a person typed or pasted; whether tmux took it."""
    runner, pane = _with_pane(crew, request.agent)
    runner.person_typed = True
    await leave_copy_mode(crew.link, pane)
    if request.paste:
        await paste(crew.link, pane, request.text)
        return True
    return await type_text(crew.link, pane, request.text)


def _with_pane(crew: CrewPort, agent: str) -> tuple[Runner, str]:
    runner = crew.runner(agent)
    if runner.pane is None:
        raise Refused(f"{runner.spec.id} has no pane", f"crewtui restart {runner.spec.id}")
    return runner, runner.pane.id


HANDLERS: Handlers = {
    ShowPanes: show,
    PaneHistory: history,
    PressKeys: press_keys,
    TypeText: enter_text,
}
