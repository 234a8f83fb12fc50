"""One picture of a pane, and the difference between two."""

from pydantic import BaseModel, ConfigDict


class Screen(BaseModel):
    """What a pane shows: captured lines with their SGR sequences, and the cursor."""

    model_config = ConfigDict(frozen=True)

    lines: tuple[str, ...] = ()
    width: int = 80
    height: int = 24
    cursor_x: int = 0
    cursor_y: int = 0
    cursor_on: bool = True
    copy_mode: bool = False
    history: int = 0
    dead: bool = False
    title: str = ""
    alternate: bool = False
    """Whether the program has the alternate screen: it fills the terminal."""
    paste: bool | None = None
    """Whether it asks for pastes in brackets, where this tmux tells that."""


class ScreenPatch(BaseModel):
    """What changed on a pane since the last patch sent to one client."""

    model_config = ConfigDict(frozen=True)

    agent: str
    width: int
    height: int
    cursor_x: int
    cursor_y: int
    cursor_on: bool
    dead: bool
    history: int
    lines: dict[int, str]
    count: int


def patch_between(agent: str, old: Screen | None, new: Screen) -> ScreenPatch | None:
    """The patch that turns ``old`` into ``new``; none if a viewer would see no difference."""
    if old is not None and old == new:
        return None
    before = old.lines if old is not None else ()
    lines = {
        row: line for row, line in enumerate(new.lines) if row >= len(before) or before[row] != line
    }
    return ScreenPatch(
        agent=agent,
        width=new.width,
        height=new.height,
        cursor_x=new.cursor_x,
        cursor_y=new.cursor_y,
        cursor_on=new.cursor_on,
        dead=new.dead,
        history=new.history,
        lines=lines,
        count=len(new.lines),
    )
