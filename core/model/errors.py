"""The one hierarchy of errors: what happened, to what, and what to do about it."""


class CrewtuiError(Exception):
    """Something a person can act on; ``exit_code`` is what the command line ends with."""

    exit_code = 1

    def __init__(self, what: str, todo: str = "") -> None:
        self.what = what
        self.todo = todo
        super().__init__(f"{what}\n  -> {todo}" if todo else what)


def why(error: Exception) -> str:
    """What happened, without what to do about it."""
    return error.what if isinstance(error, CrewtuiError) else str(error)


class ConfigError(CrewtuiError):
    """A configuration file or an option is wrong."""

    exit_code = 2


class NoSupervisor(CrewtuiError):
    """No supervisor answers for the project, or another one already holds it."""

    exit_code = 3


class Refused(CrewtuiError):
    """The request was understood and refused: unknown agent, full inbox, wrong state."""

    exit_code = 4


class TmuxError(CrewtuiError):
    """tmux is missing, gone, or refused a command."""


class LedgerError(CrewtuiError):
    """The ledger cannot be read or written."""
