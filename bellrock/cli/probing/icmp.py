"""``bellrock probe icmp``: whether it answers, how soon, and how steadily."""

from typing import Annotated

import typer

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.options import (
    Classes,
    Config,
    Count,
    Deadline,
    Dscp,
    Explain,
    Interval,
    InventoryPath,
    OnlyV4,
    OnlyV6,
    Targets,
)
from bellrock.cli.probing.ordered import probe_now

_TYPES = {0: "echo reply", 8: "echo request", 128: "echo request", 129: "echo reply"}
_HEADER = 8
_COOKIE = 8

Size = Annotated[
    int | None,
    typer.Option(min=8, max=1452, help="bytes of payload, as ping -s counts them"),
]


def icmp(
    targets: Targets,
    config: Config = None,
    inventory: InventoryPath = None,
    count: Count = 10,
    interval: Interval = "200ms",
    deadline: Deadline = None,
    size: Size = None,
    dscp: Dscp = None,
    classes: Classes = None,
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Send echo requests, and show delay, loss and variation of each target.

    Sent and timed by the monitor's own engine, with what the settings say of the
    probe. Routers may answer late or seldom when they are busy: what they forward is
    not delayed by that.

    Exit status: 0 every target answered, 1 some did not answer at all, 2 the input is
    wrong, or this machine does not let us; 70 our fault.

    Example:
      bellrock probe icmp lerwick-pe1 2001:db8::7 --count 50 --class voice
    """
    probe_now(
        "icmp",
        targets,
        config=config,
        inventory=inventory,
        count=count,
        interval=interval,
        deadline=deadline,
        dscp=dscp,
        classes=classes or (),
        only_v4=only_v4,
        only_v6=only_v6,
        words=words if explain else None,
        form=form,
        size=size,
    )


def words(data: bytes, _sent: bool) -> tuple[str, list[str]]:
    """Say what an ICMP message is; a raw IPv4 socket's has its IP header before it."""
    lines = []
    if data and data[0] >> 4 == 4 and len(data) >= 20:
        lines.append(f"TTL {data[8]}, DSCP {data[1] >> 2}")
        data = data[(data[0] & 0x0F) * 4 :]
    if len(data) < _HEADER:
        return f"{len(data)} octets: too short for ICMP", lines
    name = _TYPES.get(data[0], f"type {data[0]} code {data[1]}")
    identifier, sequence = (int.from_bytes(data[at : at + 2]) for at in (4, 6))
    lines.insert(0, f"identifier {identifier:#06x}")
    cookie = data[_HEADER : _HEADER + _COOKIE]
    if len(cookie) == _COOKIE:
        lines.append(f"cookie {cookie.hex()}")
    return f"{name}, sequence {sequence}, {len(data)} octets", [", ".join(lines)]
