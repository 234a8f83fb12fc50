"""What the dashboard does with what comes over the wire."""

import json

from crewtui.core.model.agent import AgentState
from crewtui.widgets.pane_grid import PaneGrid
from crewtui.widgets.row_list import RowList
from tests.app.conftest import Open, wait_for
from tests.support import states


def shown(app) -> str:  # type: ignore[no-untyped-def]
    """The characters on screen."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


async def test_a_frame_is_drawn_and_a_later_one_changes_only_its_lines(
    open_dashboard: Open,
) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await wait_for(pilot, lambda: supervisor.asked("panes.show"))
        supervisor.frame("coder", "\x1b[31mred words\x1b[0m", "second 漢字 line")
        await wait_for(pilot, lambda: "red words" in shown(app) and "漢字" in shown(app))
        supervisor.frame("coder", "\x1b[31mred words\x1b[0m", "another line")
        await wait_for(pilot, lambda: "another line" in shown(app))


async def test_visible_panes_are_told_with_their_size(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await wait_for(pilot, lambda: supervisor.asked("panes.show"))
        await wait_for(pilot, lambda: len(supervisor.asked("panes.show")[-1]["agents"]) == 4)
        width, height = supervisor.asked("panes.show")[-1]["agents"]["coder"]
        pane = app.board.query_one(PaneGrid).pane("coder")
        assert pane is not None
        assert (width, height) == (pane.size.width, pane.size.height)


async def test_hidden_panes_are_not_asked_for(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual(), (80, 24)) as (_app, pilot, supervisor):
        await wait_for(pilot, lambda: supervisor.asked("panes.show"))
        await pilot.press("3")
        await wait_for(pilot, lambda: supervisor.asked("panes.show")[-1]["agents"] == {})


async def test_a_change_moves_the_screen_on(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        view = states.agent("coder", AgentState.FAILED, exit="no such program")
        supervisor.change("agent", view.model_dump(mode="json"))
        await wait_for(pilot, lambda: "coder did not start" in shown(app))


async def test_a_gap_in_the_changes_asks_for_a_new_snapshot(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        supervisor.state = states.empty().model_copy(update={"number": 50})
        supervisor.change("event", {"id": 1, "at": 0, "kind": "k"})
        await wait_for(pilot, lambda: app.crew.state.number == 51)
        assert app.crew.state.agents == {}


async def test_without_a_supervisor_the_picture_is_kept_and_it_reconnects(
    open_dashboard: Open,
) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await wait_for(pilot, lambda: supervisor.asked("panes.show"))
        supervisor.frame("coder", "last words")
        await wait_for(pilot, lambda: "last words" in shown(app))
        await supervisor.stop()
        await wait_for(pilot, lambda: "supervisor gone" in shown(app))
        assert "last words" in shown(app)
        await supervisor.start()
        await wait_for(pilot, lambda: "supervisor up" in shown(app))


async def test_hostile_words_everywhere_are_shown_and_never_obeyed(open_dashboard: Open) -> None:
    for size in ((200, 50), (120, 40), (80, 24)):
        async with open_dashboard(states.hostile(), size) as (app, pilot, supervisor):
            await wait_for(pilot, lambda: supervisor.asked("panes.show"))
            supervisor.frame("coder", *states.HOSTILE)
            for key in "12345678":
                await pilot.press(key)
                await pilot.pause()
                text = shown(app)
                assert "\x1b" not in text
                assert "\x07" not in text
                assert "\x9b" not in text
                assert "\u202e" not in text
            assert app.is_running


async def test_hostile_words_stay_text_in_every_list(open_dashboard: Open) -> None:
    async with open_dashboard(states.hostile()) as (app, _pilot, _):
        for panel in ("agents", "needs", "inboxes", "dead", "votes", "milestones", "ticker"):
            rows = app.board.query_one(f"#{panel}", RowList).rows
            assert rows
        assert any("[/nope]" in row.words for row in app.board.query_one("#dead", RowList).rows)


async def test_how_the_supervisor_died_is_said_as_soon_as_it_is_known(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await supervisor.stop()
        await wait_for(pilot, lambda: not app.crew.up.is_set())
        facts = {"at": states.NOW, "how": "killed, signal 9", "words": "last\n", "again": False}
        supervisor.project.died.write_text(json.dumps(facts))
        await wait_for(pilot, lambda: "supervisor died (killed, signal 9)" in shown(app))
