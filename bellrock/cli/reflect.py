"""``bellrock reflect``: the far end of STAMP measurements, alone."""

import asyncio
import errno
import ipaddress
import time
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from pydantic import ValidationError

from bellrock.model.errors import UserError
from bellrock.runtime.process import expect_signals, until_signalled
from probes.stamp.reflector import Reflected, Reflector, ReflectorSettings
from probes.stamp.sender import STANDARD_PORT

_EVERYWHERE = ("0.0.0.0", "::")

Listen = Annotated[
    list[str] | None,
    typer.Option(metavar="ADDRESS", help="answer here; repeat for more; else anywhere"),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="UDP; 0 for any free one")]
Allow = Annotated[
    list[str] | None,
    typer.Option(metavar="NET", help="who may ask; repeat for more; else everybody"),
]
Rate = Annotated[
    float, typer.Option(min=1, max=1e6, help="most answers a second to one address")
]
TotalRate = Annotated[
    float, typer.Option(min=1, max=1e6, help="most answers a second to all")
]
KeyFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="answer only what is signed with the key in it"),
]
KeyEnv = Annotated[
    str | None, typer.Option(metavar="NAME", help="the same, in a variable")
]
Stateless = Annotated[
    bool, typer.Option("--stateless", help="copy sequence numbers, do not count")
]
Dscp = Annotated[
    list[int] | None,
    typer.Option(
        min=0, max=63, help="mark answers so where asked to; repeat; else any mark"
    ),
]
NoLocation = Annotated[
    bool, typer.Option("--no-location", help="tell nobody which addresses we see")
]


def reflect(
    listen: Listen = None,
    port: Port = STANDARD_PORT,
    allow: Allow = None,
    rate: Rate = 1_000,
    total_rate: TotalRate = 20_000,
    key_file: KeyFile = None,
    key_env: KeyEnv = None,
    stateless: Stateless = False,
    dscp: Dscp = None,
    no_location: NoLocation = False,
) -> None:
    """Answer STAMP and TWAMP-Light test packets (RFC 8762, 8972, 5357).

    An answer is never longer than the question, goes to no port under 1024 and to no
    other reflector, and only to whom --allow names, if it is given; beyond the rates,
    questions are dropped. It counts each sender's packets, so that senders can tell
    loss on the way here from loss on the way back.

    Ends on SIGTERM or Ctrl-C, and says what it did.

    Exit status: 0 stopped, 2 it cannot listen or an option is wrong, 70 our fault.

    Example, for the monitors of one network:
      bellrock reflect --allow 10.0.5.0/24 --rate 200
    """
    expect_signals(reloads=False)
    options = {
        "port": port,
        "allow": [_network(each) for each in allow or ()],
        "rate": rate,
        "total_rate": total_rate,
        "key_file": key_file,
        "key_env": key_env,
        "stateful": not stateless,
        "dscp": dscp or None,
        "location": not no_location,
    }
    reflectors = _open(listen or (), options)
    places = ", ".join(f"{address} port {one.port}" for address, one in reflectors)
    whom = ", ".join(allow) if allow else "everybody"
    print(f"reflecting on {places}, for {whom}", flush=True)
    began = time.monotonic()
    uvloop.run(until_signalled(_run([one for _, one in reflectors])))
    counts = [one.counts for _, one in reflectors]
    print(_summary(counts, time.monotonic() - began), flush=True)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise UserError(
            f"--allow {text}: {error}", "write a network such as 10.0.5.0/24, or ::1"
        ) from None


def _open(
    listen: tuple[str, ...] | list[str], options: dict[str, object]
) -> list[tuple[str, Reflector]]:
    """Open every socket; where nothing is said, those of the families there are."""
    found: list[tuple[str, Reflector]] = []
    for address in listen or _EVERYWHERE:
        try:
            settings = ReflectorSettings.model_validate({**options, "address": address})
        except ValidationError as error:
            raise _as_option(error, address) from None
        try:
            found.append((address, Reflector(settings)))
        except UserError as error:
            cause = error.__cause__
            missing = isinstance(cause, OSError) and cause.errno == errno.EAFNOSUPPORT
            if listen or not missing or address == _EVERYWHERE[0]:
                raise
    return found


def _as_option(error: ValidationError, address: str) -> UserError:
    first = error.errors(include_url=False, include_input=False)[0]
    reason = first["msg"].removeprefix("Value error, ")
    if first["loc"][:1] == ("address",):
        return UserError(f"--listen {address}: {reason}", "name an address of ours")
    return UserError(f"reflect: {reason}", "see bellrock reflect --help")


async def _run(reflectors: list[Reflector]) -> None:
    async with asyncio.TaskGroup() as group:
        for each in reflectors:
            group.create_task(each.run())


def _summary(counts: list[Reflected], seconds: float) -> str:
    answered = sum(each.answered for each in counts)
    ignored = sum(each.ignored for each in counts)
    limited = sum(each.limited for each in counts)
    unsent = sum(each.unsent for each in counts)
    return (
        f"answered {answered:,} in {seconds:,.0f} s; ignored {ignored:,}, "
        f"over the rate {limited:,}, could not send {unsent:,}"
    )
