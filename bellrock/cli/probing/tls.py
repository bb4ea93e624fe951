"""``bellrock probe tls``: whether a handshake succeeds, and for how much longer."""

from enum import StrEnum
from typing import Annotated

import typer

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.asked import (
    CaFile,
    Deadline,
    Hosts,
    Insecure,
    OnlyV4,
    OnlyV6,
    Port,
    ServerName,
)
from bellrock.cli.probing.checks import check_now
from bellrock.cli.probing.options import Explain


class Starttls(StrEnum):
    """Protocols that begin in the clear."""

    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"


Starts = Annotated[
    Starttls | None, typer.Option(help="the protocol that begins in the clear")
]
Alpn = Annotated[
    str | None, typer.Option(metavar="PROTOCOL", help="that must be agreed on: h2")
]


def tls(
    targets: Hosts,
    port: Port = None,
    starttls: Starts = None,
    alpn: Alpn = None,
    ca_file: CaFile = None,
    server_name: ServerName = None,
    insecure: Insecure = False,
    deadline: Deadline = "10s",
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Shake hands over TLS, and tell when the certificate ends, good or bad.

    Each address family that a name has is asked by itself. The port is 443 if none is
    given.

    Exit status: 0 all is well, 1 something is not, 2 the input is wrong,
    130 interrupted (what was found until then is shown), 70 our fault.

    Example:
      bellrock probe tls mail.example:25 --starttls smtp
    """
    check_now(
        "tls",
        targets,
        deadline=deadline,
        only_v4=only_v4,
        only_v6=only_v6,
        explain=explain,
        form=form,
        port=port,
        starttls=starttls,
        alpn=alpn,
        ca_file=ca_file,
        server_name=server_name,
        verify=not insecure,
    )
