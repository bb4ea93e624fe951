"""Options that more than one check of a service has."""

from pathlib import Path
from typing import Annotated

import typer

Hosts = Annotated[
    list[str],
    typer.Argument(metavar="TARGET...", help="host names or addresses, or HOST:PORT"),
]
Deadline = Annotated[
    str, typer.Option(metavar="TIME", help="for each target and address family")
]
OnlyV4 = Annotated[bool, typer.Option("-4", help="IPv4 alone")]
OnlyV6 = Annotated[bool, typer.Option("-6", help="IPv6 alone")]
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="where TARGET does not say")
]
CaFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="certificates (PEM) to trust, not the system's"),
]
ServerName = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="that the certificate has to be of"),
]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="take any certificate, and tell of it")
]
