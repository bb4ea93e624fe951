"""The ``bellrock`` command: what each word does, and the exit status.

0 fine, 1 a finding, 2 the user's input is wrong, 70 a fault of our own.
"""

import errno
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, NoReturn

import typer

from bellrock import __version__
from bellrock.cli.guard import refuse_intruders
from bellrock.cli.help import help_of, sectioned
from bellrock.cli.interrupt import may_come_in_kernels
from bellrock.model.errors import UserError
from topology.kernels.notice import on_compiling

EX_USAGE, EX_SOFTWARE = 2, 70
_NOT_OURS = frozenset({errno.ENOSPC, errno.ENAMETOOLONG})
"""What may go wrong wherever a file is looked at, and is for the user to mend."""
_TOO_MANY_FILES = frozenset({errno.EMFILE, errno.ENFILE})
_LONGEST = 500
"""Characters of a file's name that are shown."""

SECTIONS = {
    "Try it": {
        "demo": "bellrock.cli.demo",
        "bench": "bellrock.cli.bench",
    },
    "Plan": {
        "spof": "bellrock.cli.planning.spof",
        "load": "bellrock.cli.planning.load",
        "n1": "bellrock.cli.planning.n1",
        "n2": "bellrock.cli.planning.n2",
        "whatif": "bellrock.cli.planning.whatif",
        "diff": "bellrock.cli.planning.diff",
        "augment": "bellrock.cli.planning.augment",
        "availability": "bellrock.cli.planning.availability",
    },
    "Know the network": {
        "check": "bellrock.cli.check",
        "audit": "bellrock.cli.planning.audit",
        "discover": "bellrock.cli.discover",
        "estimate": "bellrock.cli.planning.estimate",
        "import": "bellrock.cli.planning.importing",
        "export": "bellrock.cli.planning.exporting",
    },
    "Watch it": {
        "run": "bellrock.cli.run",
        "probe": "bellrock.cli.probe",
        "collect": "bellrock.cli.collect",
        "reflect": "bellrock.cli.reflect",
        "render": "bellrock.cli.render",
    },
}
"""The commands, as the help puts them together.

Names, not imports: what one command needs makes no other start later.
"""

COMMANDS = {name: where for some in SECTIONS.values() for name, where in some.items()}
"""Where each command is: a function, or commands of its own, of the same name."""

_PLANNING = "bellrock.cli.planning."
"""Where the commands are that compute on this thread."""


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"bellrock {__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_show_version, is_eager=True, help="show it, and end"
    ),
]


def _bellrock(_: Version = False) -> None:
    """Says what the next failure would cut off, before it happens."""


def app(words: Sequence[str]) -> typer.Typer:
    """Return the command line as far as `words` need it: one command, or all."""
    made = typer.Typer(
        name="bellrock",
        cls=sectioned(SECTIONS),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(_bellrock)
    first = words[0] if words else ""
    for name in (first,) if first in COMMANDS else COMMANDS:
        # No function may be called import.
        function = f"{name}_" if iskeyword(name) else name
        command = getattr(import_module(COMMANDS[name]), function)
        if isinstance(command, typer.Typer):
            made.add_typer(command, name=name)
        else:
            made.command(name, help=help_of(command))(command)
    return made


def _compiling() -> None:
    # All there are take 40 seconds of processor time; one command needs a part.
    what = "compiling, once: this first answer takes up to a minute longer"
    print(what, file=sys.stderr, flush=True)


def _let_interrupts_wait(words: Sequence[str]) -> None:
    if COMMANDS.get("".join(words[:1]), "").startswith(_PLANNING):
        may_come_in_kernels()


def main() -> None:
    """Run the command line and leave with its status."""
    on_compiling(_compiling)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name need not be text in any encoding, and is shown all the same.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        refuse_intruders()
        _let_interrupts_wait(sys.argv[1:])
        try:
            app(sys.argv[1:])()
        finally:
            if sys.stdout is not None:  # as it is if whoever started us closed it
                sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except SystemExit as leaving:
        # typer's own answer to a reader that has gone is 1, which is a finding.
        if isinstance(leaving.__context__, BrokenPipeError):
            _leave_unread(0)
        raise
    except UserError as error:
        print(_safe(str(error)), file=sys.stderr)
        sys.exit(EX_USAGE)
    except BrokenPipeError:
        # `bellrock spof … | head` closed its end: nothing is wrong.
        _leave_unread(0)
    except Exception as error:  # noqa: BLE001 - the last resort; see the status
        if isinstance(error, OSError) and error.errno in _NOT_OURS:
            where = str(error.filename or "output")[:_LONGEST]
            print(_safe(f"{where}: {error.strerror}"), file=sys.stderr)
            _leave_unread(EX_USAGE)
        _tell_fault(error)
        sys.exit(EX_SOFTWARE)


def _tell_fault(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in _TOO_MANY_FILES:
        instead = "allow more, as ulimit -n 4096 does, or ask fewer at a time"
        print(f"{error.strerror}; sockets count, too\n  {instead}", file=sys.stderr)
        return
    traceback.print_exc()
    print("this is a fault of Bellrock; please report it", file=sys.stderr)


def _safe(text: str) -> str:
    """Return lines of text without what a terminal would obey.

    Names of files are in them, and those are anybody's.
    """
    # Not before it is needed: a command that answers starts no later for it.
    from bellrock.document.values import printable

    return "\n".join(map(printable, text.split("\n")))


def _leave_unread(status: int) -> NoReturn:
    """Leave without another try to write what is still in standard output's buffer."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)
