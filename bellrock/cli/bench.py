"""``bellrock bench``: what Bellrock costs, beside others where they are installed."""

import json
import sys
from typing import Annotated

import typer

from bellrock.bench.measurement import NotMeasuredError, lines
from bellrock.bench.table import ALL, BENCHES
from bellrock.model.errors import UserError

Name = Annotated[
    str | None, typer.Argument(metavar="NAME", help=f"a benchmark, or {ALL}")
]
List = Annotated[bool, typer.Option("--list", help="show what there is, and end")]

_KNOWN = f"known: {', '.join((ALL, *BENCHES))}"


def bench(name: Name = None, show: List = False) -> None:
    """Measure what Bellrock costs, and others beside it: a line of JSON each.

    CPU is user and system time; a ratio over 1 means that we are better. Only loopback
    is used. Exit status: 0 all measured, 1 some case could not be (standard error says
    why), 2 there is no such benchmark.

    Example:
      bellrock bench snmp
    """
    if show:
        _show()
        return
    if name is None:
        raise UserError("bench: which?", _KNOWN)
    if name != ALL and name not in BENCHES:
        raise UserError(f"bench {name}: unknown", _KNOWN)
    failed = sum(_measure(each) for each in (BENCHES if name == ALL else (name,)))
    raise typer.Exit(1 if failed else 0)


def _show() -> None:
    for name, cases in BENCHES.items():
        for case in cases:
            print(f"{name:<10} {case.name:<11} {case.about} [{case.unit}]")


def _measure(name: str) -> int:
    """Measure every case of one benchmark; return how many could not be."""
    failed = 0
    for case in BENCHES[name]:
        print(f"{name} {case.name}: {case.about} …", file=sys.stderr, flush=True)
        try:
            measured = case.measure()
        except NotMeasuredError as error:
            print(f"{name} {case.name}: not measured: {error}", file=sys.stderr)
            failed += 1
            continue
        for line in lines(name, case, measured):
            print(json.dumps(line, ensure_ascii=False), flush=True)
    return failed
