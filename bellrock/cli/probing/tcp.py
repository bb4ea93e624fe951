"""``bellrock probe tcp``: whether a port answers, and how soon."""

from typing import Annotated

import typer

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.asked import Deadline, Hosts, OnlyV4, OnlyV6, Port
from bellrock.cli.probing.checks import check_now
from bellrock.cli.probing.options import Explain

Banner = Annotated[
    str | None, typer.Option(help="what the answer has to begin with: SSH-2.0")
]
Send = Annotated[
    str | None, typer.Option(help="said first, where the far end waits for it")
]


def tcp(
    targets: Hosts,
    port: Port = None,
    banner: Banner = None,
    send: Send = None,
    deadline: Deadline = "10s",
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Connect to a port, and read a banner if one is expected.

    Each address family that a name has is asked by itself.

    Exit status: 0 all is well, 1 something is not, 2 the input is wrong,
    130 interrupted (what was found until then is shown), 70 our fault.

    Example:
      bellrock probe tcp lerwick-pe1.example:22 --banner SSH-2.0
    """
    check_now(
        "tcp",
        targets,
        deadline=deadline,
        only_v4=only_v4,
        only_v6=only_v6,
        explain=explain,
        form=form,
        port=port,
        banner=banner,
        send=send,
    )
