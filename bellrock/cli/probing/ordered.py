"""From what was written on the command line to an engine's run."""

from collections.abc import Sequence
from pathlib import Path

import typer
from pydantic import ValidationError

from bellrock.cli.answers import Format
from bellrock.cli.probing.options import seconds
from bellrock.cli.probing.output import write
from bellrock.cli.probing.paced import Words, measure
from bellrock.cli.probing.places import places, told
from bellrock.cli.probing.summary import answer, status
from bellrock.cli.probing.tally import Marking
from bellrock.document.suggest import choices
from bellrock.model.errors import UserError
from bellrock.model.observation import DEFAULT_CLASS
from bellrock.runtime.told import Told
from probes.classes import ServiceClass
from probes.paced import PacedProbe
from probes.table import PROBES
from probes.target import Target

_REPORT = 0.01
"""Seconds between two reports, so that packets are shown as they are answered."""


def probe_now(
    kind: str,
    targets: Sequence[str],
    *,
    config: Path | None,
    inventory: Path | None,
    count: int,
    interval: str,
    deadline: str | None,
    dscp: int | None,
    classes: Sequence[str],
    only_v4: bool,
    only_v6: bool,
    words: Words | None,
    form: Format,
    port: int | None = None,
    **section: object,
) -> None:
    """Probe, show what came of it, and leave with the status that says so.

    Parameters
    ----------
    **section
        In place of what the settings say of the probe; None leaves it as it is.

    Raises
    ------
    UserError
        If the input is wrong, or this machine does not let us.
    """
    known = told(config, inventory)
    found = places(kind, targets, known, only_v4=only_v4, only_v6=only_v6)
    given: dict[str, object] = {
        "interval": seconds(interval, "--interval", least=0.01, most=3600),
        "report": _REPORT,
        **{key: value for key, value in section.items() if value is not None},
    }
    if deadline is not None:
        given["deadline"] = seconds(deadline, "--deadline", least=0.01, most=60)
    probe = _probe(kind, known, given)
    if dscp is not None and classes:
        raise UserError(
            f"probe {kind}: --dscp and --class", "a class has its code point: leave one"
        )
    run = measure(
        probe,
        [
            (
                place,
                Target(place.name, place.address, port or _port(kind, place.device)),
            )
            for place in found
        ],
        _markings(kind, probe, known, classes, dscp),
        count=count,
        words=words,
    )
    write(answer(kind, run), form)
    raise typer.Exit(status(run))


def _probe(kind: str, known: Told | None, given: dict[str, object]) -> PacedProbe:
    before = {} if known is None else known.settings.probes[kind].model_dump()
    try:
        return PROBES[kind].model_validate({**before, **given})
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            # Of several settings together; what was given may be much.
            what = first["msg"].removeprefix("Value error, ")
            raise UserError(
                f"probe {kind}: {what}", f"see bellrock probe {kind} --help"
            ) from None
        option = "--" + "-".join(map(str, first["loc"]))
        raise UserError(
            f"probe {kind}: {option} {first['input']}: out of range",
            first["msg"].removeprefix("Value error, "),
        ) from None


def _port(kind: str, device: object) -> int | None:
    ports = getattr(device, "ports", {})
    port = ports.get(kind)
    return port if isinstance(port, int) else None


def _markings(
    kind: str,
    probe: PacedProbe,
    known: Told | None,
    classes: Sequence[str],
    dscp: int | None,
) -> list[Marking]:
    """Return the classes to send in: those asked for, else those of the settings."""
    if dscp is not None:
        return [Marking(DEFAULT_CLASS, dscp)]
    names = dict.fromkeys(classes or probe.classes)
    if not names:
        return [Marking(DEFAULT_CLASS, probe.dscp)]
    there = {} if known is None else known.settings.classes
    found = []
    for name in names:
        one = there.get(name)
        if not isinstance(one, ServiceClass):
            raise UserError(
                f"probe {kind}: --class {name}: no such class of service",
                choices(name, there, "classes of the settings")
                if there
                else "name it in the settings: classes: {voice: {dscp: 46}}",
            )
        found.append(Marking(name, one.dscp))
    return found
