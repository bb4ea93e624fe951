"""The ``bellrock`` command: what each word does, and the exit status.

0 fine, 1 a finding, 2 the user's input is wrong, 70 a fault of our own.
"""

import sys
import traceback

import typer

from bellrock.cli.bench import bench
from bellrock.cli.demo import demo
from bellrock.cli.guard import refuse_intruders
from bellrock.cli.inventory import check, spof
from bellrock.cli.run import run
from bellrock.model.errors import UserError

EX_USAGE, EX_SOFTWARE = 2, 70

app = typer.Typer(
    name="bellrock",
    help="Says what the next failure would cut off, before it happens.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (demo, run, check, spof, bench):
    app.command()(_command)


def main() -> None:
    """Run the command line and leave with its status."""
    try:
        refuse_intruders()
        app()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(EX_USAGE)
    except BrokenPipeError:
        # `bellrock spof … | head` closed its end: nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    except Exception:  # noqa: BLE001 - the last resort; see the status
        traceback.print_exc()
        print("this is a fault of Bellrock; please report it", file=sys.stderr)
        sys.exit(EX_SOFTWARE)
