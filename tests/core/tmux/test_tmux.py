"""tmux, the real one: quoting, connection, frames."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crewtui.core.model.clock import SystemClock
from crewtui.core.model.errors import TmuxError
from crewtui.core.model.ids import new_id
from crewtui.core.model.screen import Screen
from crewtui.core.tmux.control import ControlConnection
from crewtui.core.tmux.fallback import run_once
from crewtui.core.tmux.frames import Frames, capture_commands
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.parse import Notice, Reply, ReplyParser, screen_of
from crewtui.core.tmux.paste import paste, press
from crewtui.core.tmux.quote import command_line
from crewtui.core.tmux.server import Pane, TmuxServer

HUB = "t-hub"


@pytest.fixture
def tmux() -> Iterator[TmuxServer]:
    server = TmuxServer(f"crewtest-{new_id()}")
    server.start(HUB, 1000)
    yield server
    server.kill()


def shell(tmux: TmuxServer, name: str = "t-a", command: str = "exec cat") -> Pane:
    pane = tmux.spawn(name, ["sh", "-c", command], new_id(), (80, 24), "k")
    tmux.show_in_hub(pane, HUB)
    return pane


@asynccontextmanager
async def linked(tmux: TmuxServer, frames: list[Frames] | None = None) -> AsyncIterator[TmuxLink]:
    def notice(found: Notice) -> None:
        for each in frames or ():
            each.noticed(found)

    link = TmuxLink(tmux, HUB, notice)
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(link.keep())
        await link.up.wait()
        yield link
        keeping.cancel()


async def seen(link: TmuxLink, pane: Pane, text: str) -> Screen:
    async with asyncio.timeout(10):
        while True:
            captured, facts = await link.run(capture_commands(pane.id))
            screen = screen_of(captured.lines, facts.lines)
            if text in "\n".join(screen.lines):
                return screen
            await asyncio.sleep(0.01)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), min_size=1, max_size=60))
def test_any_word_arrives_literally(tmux: TmuxServer, word: str) -> None:
    async def run() -> list[Reply]:
        connection = ControlConnection(tmux.base, HUB, lambda _n: None)
        async with connection, asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(connection.listen())
            found = await connection.run(
                [("set-option", "-g", "--", "@word", word), ("show-options", "-gv", "@word")]
            )
            listening.cancel()
        return found

    if "\x7f" in word:
        return
    replies = asyncio.run(run())
    assert replies[1].lines == [word]


@pytest.mark.parametrize("word", ["a\nkill-server", "a\x00", "\x1b", "a\r"])
def test_control_bytes_in_a_command_are_refused(word: str) -> None:
    with pytest.raises(TmuxError):
        command_line("display-message", word)


def test_notices_inside_a_block_are_not_part_of_the_reply() -> None:
    parser = ReplyParser()
    lines = ["%begin 1 2 1", "one", "%pause %3", "two", "%end 1 2 1"]
    found = [value for line in lines if (value := parser.feed(line)) is not None]
    assert found[0] == Notice("pause", "%3")
    assert found[1] == Reply(["one", "two"], True)


def test_only_blocks_of_our_commands_count_and_a_line_like_the_end_is_text() -> None:
    parser = ReplyParser()
    lines = ["%begin 7 1 0", "%end 7 1 0", "%begin 1 2 1", "%end 9 9 9", "%end 1 2 1"]
    found = [value for line in lines if (value := parser.feed(line)) is not None]
    assert found == [Reply(["%end 9 9 9"], True)]


async def test_a_key_reaches_the_pane_and_the_screen(tmux: TmuxServer) -> None:
    pane = shell(tmux)
    async with linked(tmux) as link:
        await paste(link, pane.id, "grüße 漢字 🎉; x")
        assert await press(link, pane.id, "Enter")
        screen = await seen(link, pane, "grüße 漢字 🎉; x")
        assert screen.width == 80


async def test_a_paste_cannot_leave_its_brackets(tmux: TmuxServer) -> None:
    code = "import sys,tty; tty.setraw(0); print('\\x1b[?2004h', end='', flush=True); "
    code += "print(repr(sys.stdin.buffer.read1(500)), flush=True); input()"
    pane = tmux.spawn("t-p", ["python3", "-c", code], "r", (200, 24), "k")
    async with linked(tmux) as link:
        async with asyncio.timeout(10):
            while (await link.run([("display-message", "-p", "#{pane_id}")]))[0].lines == []:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)  # until the program asked for brackets; tmux 3.3a cannot say
        await paste(link, pane.id, "a\x1b[201~b")
        screen = await seen(link, pane, "201~")
        assert "\\x1b[200~a[201~b\\x1b[201~" in "".join(screen.lines)


async def test_only_a_pane_that_changed_is_captured(tmux: TmuxServer) -> None:
    quiet, loud = shell(tmux, "t-q"), shell(tmux, "t-l")
    screens: list[str] = []
    frames: list[Frames] = []
    async with linked(tmux, frames) as link, asyncio.TaskGroup() as tasks:
        found = Frames(link, SystemClock(), lambda pane, _s: screens.append(pane))
        frames.append(found)
        for pane in (quiet, loud):
            found.watch(pane.id)
        found.show([quiet.id, loud.id])
        running = tasks.create_task(found.run())
        async with asyncio.timeout(10):
            while len(set(screens)) < 2:
                await asyncio.sleep(0.01)
        screens.clear()
        await press(link, loud.id, "x")
        async with asyncio.timeout(10):
            while not screens:
                await asyncio.sleep(0.005)
        assert set(screens) == {loud.id}
        running.cancel()


async def test_after_a_flood_the_last_picture_is_the_true_one(tmux: TmuxServer) -> None:
    pane = shell(tmux, command="sleep 0.3; seq 1 200000; echo over; exec cat")
    frames: list[Frames] = []
    async with linked(tmux, frames) as link, asyncio.TaskGroup() as tasks:
        found = Frames(link, SystemClock(), lambda _p, _s: None)
        frames.append(found)
        found.watch(pane.id)
        found.show([pane.id])
        running = tasks.create_task(found.run())
        async with asyncio.timeout(20):
            while "over" not in "\n".join((found.screen(pane.id) or Screen()).lines):
                await asyncio.sleep(0.02)
        running.cancel()


async def test_without_a_connection_calls_give_the_same_replies(tmux: TmuxServer) -> None:
    pane = shell(tmux, command="echo hi; exec cat")
    async with linked(tmux) as link:
        await seen(link, pane, "hi")
        by_link = await link.run(capture_commands(pane.id))
    by_call = await run_once(tmux.base, capture_commands(pane.id))
    assert by_call[0].lines == by_link[0].lines


async def test_a_lost_connection_is_made_again(tmux: TmuxServer) -> None:
    async with linked(tmux) as link:
        import os
        import signal

        first = link.client_pid
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(10):
            while link.client_pid in (0, first):
                await asyncio.sleep(0.01)
        assert (await link.run([("display-message", "-p", "hi")]))[0].lines == ["hi"]


def test_names_that_another_begins_with_are_told_apart(tmux: TmuxServer) -> None:
    shell(tmux, "t-coder-2")
    assert not tmux.session_exists("t-coder")
    tmux.kill_session("t-coder")
    assert tmux.session_exists("t-coder-2")


async def test_a_paste_into_a_pane_that_has_ended_is_refused_and_the_server_lives(
    tmux: TmuxServer,
) -> None:
    pane = shell(tmux, command="exec true")
    async with linked(tmux) as link, asyncio.timeout(10):
        dead = ("display-message", "-p", "-t", pane.id, "#{pane_dead}")
        while (await link.run([dead]))[0].lines != ["1"]:
            await asyncio.sleep(0.01)
        before = tmux.pid()
        with pytest.raises(TmuxError, match="has ended"):
            await paste(link, pane.id, "to nobody")
        assert tmux.pid() == before
