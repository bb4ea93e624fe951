"""``bellrock probe http``: whether the right page comes, and what takes the time."""

from pathlib import Path
from typing import Annotated

import typer

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.asked import (
    CaFile,
    Deadline,
    Insecure,
    OnlyV4,
    OnlyV6,
    ServerName,
)
from bellrock.cli.probing.checks import check_now
from bellrock.cli.probing.options import Explain
from bellrock.model.errors import UserError

Urls = Annotated[
    list[str],
    typer.Argument(
        metavar="TARGET...", help="web addresses; a host alone is asked over HTTPS"
    ),
]
Status = Annotated[
    list[int] | None,
    typer.Option(help="that will do; repeat for several. 200 to 299 if not given"),
]
Contains = Annotated[str | None, typer.Option(help="text that the page must have")]
Matches = Annotated[
    str | None, typer.Option(metavar="REGEX", help="that must be found in the page")
]
Redirects = Annotated[
    int | None, typer.Option(min=0, max=20, help="to follow at most; 5 if not given")
]
Follow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HOST",
        help="that redirects may lead to besides the target's own; * for any",
    ),
]
SecretHeaders = Annotated[
    list[str] | None,
    typer.Option(
        "--header-file",
        metavar="NAME=FILE",
        help="a header whose value is in a file, as Authorization=token.txt",
    ),
]


def http(
    targets: Urls,
    status: Status = None,
    contains: Contains = None,
    matches: Matches = None,
    redirects: Redirects = None,
    follow: Follow = None,
    header_files: SecretHeaders = None,
    ca_file: CaFile = None,
    server_name: ServerName = None,
    insecure: Insecure = False,
    deadline: Deadline = "10s",
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Ask for a page over HTTP/1.1, follow its redirects, and look at what comes.

    Each address family that a name has is asked by itself, and no proxy is.

    Exit status: 0 all is well, 1 something is not, 2 the input is wrong,
    130 interrupted (what was found until then is shown), 70 our fault.

    Example:
      bellrock probe http https://portal.example/health --contains ok --explain
    """
    check_now(
        "http",
        targets,
        deadline=deadline,
        only_v4=only_v4,
        only_v6=only_v6,
        explain=explain,
        form=form,
        status=status or None,
        contains=contains,
        matches=matches,
        redirects=redirects,
        follow=follow or None,
        secret_headers=dict(map(_header, header_files or ())) or None,
        ca_file=ca_file,
        server_name=server_name,
        verify=not insecure,
    )


def _header(text: str) -> tuple[str, dict[str, Path]]:
    name, equals, file = text.partition("=")
    if not (name and equals and file):
        raise UserError(
            "probe http: --header-file: no name and file",
            "write it so: --header-file Authorization=token.txt",
        )
    return name, {"value_file": Path(file)}
