"""An adapter: how one kind of agent program looks on screen and is spoken to. Data, no code."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from crewtui.core.model.agent import AgentState
from crewtui.core.model.approval import Role

PATTERN_LIMIT = 600


def _compiled(value: object) -> object:
    if not isinstance(value, str):
        return value
    if len(value) > PATTERN_LIMIT:
        raise ValueError(f"a pattern of at most {PATTERN_LIMIT} characters")
    try:
        return re.compile(value, re.MULTILINE)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from None


Pattern = Annotated[re.Pattern[str], BeforeValidator(_compiled)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Cue(_Table):
    """A pattern and where on the screen it must stand to count.

    ``bottom`` looks at each of the last ``within`` lines that are not blank, ``cursor`` at the
    cursor's line, ``title`` at the pane's title, ``block`` at the last ``within`` lines joined,
    which ``\\Z`` ties to the foot of the screen: so an old line further up never counts. Groups:
    ``question`` is what it says to a person, ``seconds`` and ``clock`` when it ends.
    """

    name: str
    state: AgentState
    match: Pattern
    where: Literal["bottom", "cursor", "title", "block"] = "bottom"
    within: int = Field(default=8, ge=1, le=200)
    alone: bool = False
    """Whether it counts only while no composer is on screen: a dialog takes its place."""
    failed: str = ""
    """Of an error: what kind; the turn is over and the agent does not try again by itself."""
    raw: Pattern | None = None
    """Of a block: how the line of its ``question`` must look with its colours, so that words of the
    model do not count as words of the program."""


class Composer(_Table):
    """Where a person types; the group ``draft`` is what stands in it."""

    match: Pattern
    where: Literal["bottom", "cursor", "block"] = "bottom"
    within: int = Field(default=6, ge=1, le=200)
    cursor: Literal["anywhere", "inside", "shown"] = "anywhere"
    """Whether the cursor must stand in it, and be visible, for it to count."""
    placeholder: Pattern | None = None
    """A draft that is only a hint of the program; dim text is one without that."""
    grows: bool = False
    """Whether of a long draft only the end is shown, or nothing else is left on screen."""
    prefix: Pattern | None = None
    """With ``grows``: what each of its lines begins with."""
    foot: Pattern | None = None
    """With ``grows``: what stands below it; without that it ends at the cursor."""
    folded: Pattern | None = None
    """What stands for a long paste; groups ``chars`` and ``lines`` say how long it was."""


class Answer(_Table):
    """One answer to a dialog that lists none with numbers."""

    label: str
    keys: tuple[str, ...]
    role: Role = Role.OTHER


class Dialog(_Table):
    """A dialog that is known by its words, with the answers that its keys give."""

    match: Pattern
    """Must be found in the cleaned text of the box."""
    answers: tuple[Answer, ...]


class QuestionLooks(_Table):
    """How a question looks: where its box begins and how choices and command are found in it."""

    begin: Pattern
    """The box begins at the last line that matches this above the first choice."""
    choice: Pattern | None = None
    """One choice; groups ``number`` and ``label``."""
    command: Pattern | None = None
    """The command or file in the cleaned text of the box; group ``command``."""
    tools: dict[str, str] = {}
    """Words of the box and the tool's name that policies call it by: ``Bash``, ``Write`` …"""
    approve: Pattern | None = None
    """The label of the choice that means once."""
    always: Pattern | None = None
    deny: Pattern | None = None
    selected: Pattern | None = None
    """With fixed keys: how the drawn lines look while the first choice is selected."""
    arrow: Pattern | None = None
    """The selected line of a list without numbers; group ``label``. Up, Down and Enter choose."""
    no_digits: Pattern | None = None
    """With this on screen the numbers of choices are no keys: Up, Down and Enter choose."""
    dialogs: tuple[Dialog, ...] = ()
    """The first that matches says which answers there are."""


class Keys(_Table):
    """Keys by their tmux names."""

    approve: tuple[str, ...] = ("y", "Enter")
    always: tuple[str, ...] = ()
    """Empty: the program offers no such answer, or its choices are numbered."""
    deny: tuple[str, ...] = ("n", "Enter")
    interrupt: tuple[str, ...] = ("C-c",)
    clear: tuple[str, ...] = ("C-u",)
    """What empties the composer, so that a second try does not follow on the first."""


class Wiring(_Table):
    """What is added to the command when the program starts.

    ``{signal}`` becomes the command that passes a signal on, ``{folder}`` the run's private
    folder, ``{session}`` the session to take up again, ``{prompt}`` the startup prompt.
    """

    arguments: tuple[str, ...] = ()
    """So that it sends its own signals."""
    files: dict[str, str] = {}
    """Files for the private folder, by name."""
    policy_arguments: tuple[str, ...] = ()
    """Added besides for an agent with rules, where its user is asked for the hook."""
    environment: dict[str, str] = {}
    """Variables that name such a file, unless the machine or its user sets them already."""
    unless_there: tuple[str, ...] = ()
    """Files of the machine that the environment would hide: with one of them nothing is wired."""
    resume: tuple[str, ...] = ()
    """To take up the session of the run before."""
    prompt: Literal["paste", "argument"] = "paste"
    """How the startup prompt is given: typed as any message, or on the command line."""
    prompt_arguments: tuple[str, ...] = ("{prompt}",)
    state_folders: tuple[str, ...] = ()
    """Its own folders, which stay writable in a write scope."""
    terminals: bool = False
    """Whether it runs commands in terminals that it makes: Landlock leaves all open for that."""


class SignalRule(_Table):
    """What a signal of the program means; names of fields are dotted paths into its data."""

    state: AgentState | None = None
    session: str = ""
    """The field with the session's id, kept for ``resume``."""
    side_sessions: bool = False
    """Whether later sessions of a run may be side talks of the program: the first one counts."""
    prompt: str = ""
    """The field with a prompt that was submitted: proof of delivery."""
    tool: str = ""
    detail: tuple[str, ...] = ()
    """Fields with a command, file or text to show; the first that is there."""
    match: dict[str, str] = {}
    """Fields that must have these values for the rule to count."""
    unless: dict[str, Pattern] = {}
    """Fields whose text must not match: the program talks to its model for itself."""
    well: bool = False
    """Whether the turn ended without an error, of a program that signals failed turns as well:
    what stands on screen like an error then was said by its model."""


class PolicyHook(_Table):
    """The signal that a program sends before it uses a tool, and waits for its answer.

    ``{reason}`` becomes the reason in words. A missing answer leaves that role to the screen.
    """

    signal: str
    tool: str
    """The field with the tool's name."""
    detail: tuple[str, ...]
    """Fields with a command, file or address; the first that is there."""
    tools: dict[str, str] = {}
    """The program's names of tools and those that rules use: ``Bash``, ``Write`` …"""
    holds: str = "hold"
    """How they hold, in words of the dashboard."""
    approve_answer: str = ""
    deny_answer: str


class Adapter(_Table):
    """One agent program."""

    name: str
    programs: tuple[str, ...] = ()
    """Base names of commands that this adapter serves."""
    unless: tuple[str, ...] = ()
    """Arguments with which the program is another thing: ``sh -c`` is no shell to talk to."""
    about: str = ""
    tried: tuple[str, ...] = ()
    """The versions that crewtui was tried with; one that is not among them is said to be new."""
    version_arguments: tuple[str, ...] = ("--version",)
    version: Pattern = re.compile(r"\d+\.\d+[\w.+-]*\w")
    """What is its version in what it prints then."""
    input_while_busy: bool = False
    """Whether text typed while it works is kept for later."""
    lines: bool = False
    """Whether the program takes any line as mail, wherever it reads one: a person's choice."""
    queue: Pattern | None = None
    """What shows while the program keeps texts in a queue of its own, and no longer."""
    newlines: Literal["keep", "join", "as asked"] = "keep"
    """``join`` for programs without bracketed paste: there each newline would be an Enter.

    ``as asked`` looks whether the program has asked for pastes in brackets at that moment.
    """
    at_prompt: bool = False
    """Whether it serves its programs only where they are shells at a prompt: no script, no -c."""
    comment: str = ""
    """What each line of a message starts with, where a program would run it otherwise."""
    quoted: bool = False
    """Whether what follows ``comment`` is quoted, for shells that may know no comments."""
    runs_messages: bool = False
    """Whether a message's lines are run, its head alone being a comment: the agent says so."""
    confirm_s: float = Field(default=2.0, gt=0, le=60)
    """How long to watch for a sign that a message was taken, in seconds."""
    settle_s: float = Field(default=0.0, ge=0, le=5)
    """So long a paste must stand before Enter, in seconds, where a sooner Enter means newline."""
    ready_s: float = Field(default=0.5, ge=0, le=60)
    """Without a composer: so long after its start it counts as ready, in seconds."""
    otherwise: AgentState = AgentState.IDLE
    """The state of a screen that no cue and no composer matches."""
    keys: Keys = Keys()
    composer: Composer | None = None
    question: QuestionLooks | None = None
    wiring: Wiring = Wiring()
    policy: PolicyHook | None = None
    """None: its policies hold only for questions that it asks on screen."""
    unasked: Pattern | None = None
    """Its arguments (joined by blanks) with which it asks nothing."""
    signals: dict[str, SignalRule] = {}
    cues: tuple[Cue, ...] = ()
