"""``bellrock probe ntp``: how far a time server's clock is from ours."""

from typing import Annotated

import typer

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.asked import Deadline, Hosts, OnlyV4, OnlyV6, Port
from bellrock.cli.probing.checks import check_now
from bellrock.cli.probing.options import Explain

Offset = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="that will do, beyond what the bound explains"),
]
Stratum = Annotated[int | None, typer.Option(min=1, max=15, help="that will do")]


def ntp(
    targets: Hosts,
    offset: Offset = None,
    stratum: Stratum = None,
    port: Port = None,
    deadline: Deadline = "5s",
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Ask time servers for the time, once, and tell their offset with its bound.

    Exit status: 0 all is well, 1 something is not, 2 the input is wrong,
    130 interrupted (what was found until then is shown), 70 our fault.

    Example:
      bellrock probe ntp ntp1.example ntp2.example --offset 100ms
    """
    check_now(
        "ntp",
        targets,
        deadline=deadline,
        only_v4=only_v4,
        only_v6=only_v6,
        explain=explain,
        form=form,
        offset=offset,
        stratum=stratum,
        port=port,
    )
