"""Calling the person."""

from crewtui.app.desktop import announce
from tests.app.conftest import Open
from tests.support import states


async def test_a_notification_is_one_clean_sequence(open_dashboard: Open) -> None:
    written: list[str] = []

    class Terminal:
        def write(self, text: str) -> None:
            written.append(text)

    async with open_dashboard(states.usual()) as (app, _pilot, _):
        driver, app._driver = app._driver, Terminal()  # type: ignore[assignment]
        try:
            type(app).is_headless = False  # type: ignore[assignment, method-assign]
            announce(app, "tester\x07\x1b]52;c;evil\x07 asks\n\nnow")
        finally:
            del type(app).is_headless
            app._driver = driver
    said = [text for text in written if text.startswith("\x1b]9;")]
    assert len(said) == 1
    assert said[0].count("\x1b") == 1
    assert said[0].count("\x07") == 1
    assert "tester" in said[0]
