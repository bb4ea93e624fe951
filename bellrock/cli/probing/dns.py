"""``bellrock probe dns``: whether a name server answers, and answers rightly."""

from typing import Annotated

import typer

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.asked import Deadline, Hosts, OnlyV4, OnlyV6, Port
from bellrock.cli.probing.checks import check_now
from bellrock.cli.probing.options import Explain

Query = Annotated[str, typer.Option(metavar="NAME", help="to ask for")]
Type = Annotated[str | None, typer.Option("--type", help="of the records; A")]
Rcode = Annotated[str | None, typer.Option(help="to be answered; NOERROR")]
Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", help="a record that must be there; repeat for several"),
]
Authenticated = Annotated[
    bool, typer.Option("--authenticated", help="the server must vouch for it (AD)")
]
OverTcp = Annotated[bool, typer.Option("--tcp", help="ask over TCP at once")]


def dns(
    targets: Hosts,
    query: Query,
    kind: Type = None,
    rcode: Rcode = None,
    answers: Answers = None,
    authenticated: Authenticated = False,
    tcp: OverTcp = False,
    port: Port = None,
    deadline: Deadline = "10s",
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Ask name servers a question, and compare what they say.

    Forged answers are passed over: they fit the question in id, source and name, or
    they are none.

    Exit status: 0 all is well, 1 something is not, 2 the input is wrong,
    130 interrupted (what was found until then is shown), 70 our fault.

    Example:
      bellrock probe dns ns1.example ns2.example --query portal.example --type AAAA
    """
    check_now(
        "dns",
        targets,
        deadline=deadline,
        only_v4=only_v4,
        only_v6=only_v6,
        explain=explain,
        form=form,
        query=query,
        type=kind,
        rcode=rcode,
        answers=answers or None,
        authenticated=authenticated,
        transport="tcp" if tcp else None,
        port=port,
    )
