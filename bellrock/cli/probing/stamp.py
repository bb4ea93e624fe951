"""``bellrock probe stamp``: a path towards a reflector, and back."""

from pathlib import Path
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
from probes.stamp.words import explain as words

Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="of the reflectors; 862 if not said elsewhere"),
]
Padding = Annotated[
    int | None,
    typer.Option(min=0, max=1408, help="bytes behind the base packet of 44"),
]

KeyFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="sign packets with the key in it"),
]
Session = Annotated[
    int | None, typer.Option(min=0, max=65535, help="identifier of the session")
]
Cos = Annotated[
    bool | None,
    typer.Option("--cos/--no-cos", help="ask what mark packets arrive with"),
]
Counts = Annotated[bool, typer.Option("--counts", help="ask how many packets arrived")]
Location = Annotated[
    bool, typer.Option("--location", help="ask which addresses packets arrive with")
]


def stamp(
    targets: Targets,
    config: Config = None,
    inventory: InventoryPath = None,
    count: Count = 10,
    interval: Interval = "200ms",
    deadline: Deadline = None,
    port: Port = None,
    padding: Padding = None,
    key_file: KeyFile = None,
    session: Session = None,
    cos: Cos = None,
    counts: Counts = False,
    location: Location = False,
    dscp: Dscp = None,
    classes: Classes = None,
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Measure towards STAMP or TWAMP-Light reflectors (RFC 8762, RFC 5357).

    The reflector's own time with each packet is taken off, so what is left is the
    network's. Where the reflector keeps count, loss is told for each direction; where
    both clocks say how far off they may be, so is one-way delay, with that bound.

    What the extensions of RFC 8972 are asked with --cos, --counts and --location, and
    what they say, is shown by --explain.

    Exit status: 0 every target answered, 1 some did not answer at all, 2 the input is
    wrong, or this machine does not let us; 70 our fault.

    Example:
      bellrock probe stamp lerwick-gp-cpe1 --count 100 --class voice --class default
    """
    probe_now(
        "stamp",
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
        port=port,
        padding=padding,
        # From where we are started, and not from the settings' folder.
        key_file=None if key_file is None else key_file.absolute(),
        session=session,
        cos=cos,
        direct_measurement=counts or None,
        location=location or None,
    )
