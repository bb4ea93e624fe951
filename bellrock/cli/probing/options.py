"""Options that more than one kind of probe has."""

from pathlib import Path
from typing import Annotated

import typer

from bellrock.config.duration import parse
from bellrock.model.errors import UserError

Targets = Annotated[
    list[str],
    typer.Argument(
        metavar="TARGET...",
        help="ids of devices in the inventory, host names or addresses",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        *("-c", "--config"),
        metavar="FILE",
        help="settings; bellrock.yaml if there is one here",
    ),
]
InventoryPath = Annotated[
    Path | None,
    typer.Option("--inventory", metavar="PATH", help="in place of the settings' own"),
]
Count = Annotated[
    int,
    typer.Option(
        *("-n", "--count"), min=1, max=100_000, help="packets to send to each target"
    ),
]
Interval = Annotated[
    str,
    typer.Option(
        *("-i", "--interval"),
        metavar="TIME",
        help="between two packets to a target: 200ms, 1s; at least 10ms",
    ),
]
Deadline = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="to wait for an answer; if not said, as in the settings"
    ),
]
Dscp = Annotated[
    int | None,
    typer.Option(min=0, max=63, help="code point to send with, as in 46 for EF"),
]
Classes = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        metavar="NAME",
        help="a class of service of the settings to send in; repeat for several",
    ),
]
OnlyV4 = Annotated[bool, typer.Option("-4", help="IPv4 alone, where a name has both")]
OnlyV6 = Annotated[bool, typer.Option("-6", help="IPv6 alone, where a name has both")]
Explain = Annotated[
    bool, typer.Option("--explain", help="show every packet that is sent and received")
]


def seconds(text: str, option: str, *, least: float, most: float) -> float:
    """Read a duration given on the command line.

    Raises
    ------
    UserError
        If it is none, or not from `least` to `most` seconds.
    """
    try:
        found = parse(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as error:
        raise UserError(f"{option} {text}: {error}", "write it so: 200ms, 1s") from None
    if not least <= found <= most:
        raise UserError(
            f"{option} {text}: out of range", f"from {least:g} s to {most:g} s"
        )
    return found
