"""The command line: groups and options only; each command's module is imported when called."""

import errno
import importlib
import io
import os
import sys
from pathlib import Path
from typing import Any

import click

from crewtui import __version__
from crewtui.core.config.project import Project, find_project
from crewtui.core.model.errors import CrewtuiError

GROUPS: dict[str, tuple[str, ...]] = {
    "The crew": ("run", "init", "up", "stop", "status", "demo"),
    "Messages": ("send", "inbox", "dead"),
    "Approvals": ("approvals", "approve", "deny"),
    "The work": ("start", "pause", "resume", "task", "review", "milestone", "recover", "clean"),
    "Deciding": ("debate", "vote", "tally"),
    "Agents": ("attach", "restart", "reset", "spike"),
    "Looking closer": ("events", "agents", "doctor", "fence", "signal"),
}
COMMANDS = {name for names in GROUPS.values() for name in names}


class CrewGroup(click.Group):
    """Loads a command when it is named; anything else is a folder to open the dashboard on."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command in the order of the help."""
        return [name for names in GROUPS.values() for name in names]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, its module imported now."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"crewtui.app.commands.{name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A first word that is no command but a folder opens the dashboard there."""
        if args and args[0] not in COMMANDS and Path(args[0]).is_dir():
            args = ["run", *args]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under their headings."""
        for heading, names in GROUPS.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                if command is not None and not command.hidden:
                    rows.append((name, command.get_short_help_str(70)))
            with formatter.section(heading):
                formatter.write_dl(rows)


EPILOG = """\b
Examples:
  crewtui init                       make .orchestrator/ in this folder
  crewtui                            open the dashboard, start the crew
  crewtui send --to tester "please run the tests"
  crewtui dead retry --all           send every dead letter again

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 no supervisor, 4 refused.
"""


@click.group(
    cls=CrewGroup,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="crewtui")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """See and steer a crew of coding agents: crewtui [PATH] opens the dashboard."""
    if ctx.invoked_subcommand is None:
        command = cli.get_command(ctx, "run")
        assert command is not None
        ctx.invoke(command)


def project_option(function: Any) -> Any:
    """``--project PATH``: the folder or one below it; agents inherit it in their environment."""
    return click.option(
        "--project",
        "-C",
        "path",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="The project's folder (default: this one, or $CREWTUI_PROJECT).",
    )(function)


def json_option(function: Any) -> Any:
    """``--json``: print data for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def the_project(path: Path | None) -> Project:
    """The project that a command is about; raises ``ConfigError``."""
    if path is None and "CREWTUI_PROJECT" in os.environ:
        path = Path(os.environ["CREWTUI_PROJECT"])
    return find_project(path or Path.cwd())


def _of_the_system(error: OSError) -> str:
    """What the system refused, about which file, and what to do about it."""
    where = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
    todo = {
        errno.ENOSPC: "free space on that disk, then do it again",
        errno.EDQUOT: "your quota there is used up: free space, then do it again",
        errno.EROFS: "that file system is read-only",
        errno.EACCES: "see who owns it: ls -ld",
        errno.EPERM: "see who owns it: ls -ld",
        errno.EMFILE: "raise the limit on open files: ulimit -n",
    }.get(error.errno or 0, "")
    said = f"{where}{error.strerror or error}"
    return f"{said}\n  -> {todo}" if todo else said


def _speak_any_locale() -> None:
    """Texts are UTF-8 here; what a terminal cannot show is written as an escape, never an error."""
    if sys.getfilesystemencoding() in ("ascii", "ansi_x3.4-1968") and not sys.flags.utf8_mode:
        words = [sys.executable, "-P", "-X", "utf8", "-m", "crewtui", *sys.argv[1:]]
        os.execv(sys.executable, words)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the command line; ends the process."""
    _speak_any_locale()
    try:
        code = cli.main(standalone_mode=False)
    except CrewtuiError as error:
        click.echo(f"crewtui: {error.what}", err=True)
        if error.todo:
            click.echo(f"  -> {error.todo}", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        click.echo(f"crewtui: {_of_the_system(error)}", err=True)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
