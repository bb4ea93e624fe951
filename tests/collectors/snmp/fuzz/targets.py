"""What is fuzzed, by name: each reads octets, and raises only if we are at fault."""

import asyncio
import json
import random
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, cast

from bellrock.model.observation import InterfaceReading, Interfaces
from bellrock.model.status import Status
from collectors.snmp import interfaces
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.explain import Explainer
from collectors.snmp.failure import Failure
from collectors.snmp.interfaces import read_interfaces, readings
from collectors.snmp.message import Pdu, decode_v2c, encode_v2c
from collectors.snmp.naming import Naming
from collectors.snmp.plans.agenda import Agenda
from collectors.snmp.plans.reading import read_plans
from collectors.snmp.plans.table import PLANS
from collectors.snmp.session import Session
from collectors.snmp.system import read_system
from collectors.snmp.table import Table
from collectors.snmp.target import Target
from collectors.snmp.transcript import Transcript
from collectors.snmp.v2c import V2cSession
from collectors.snmp.v3 import V3Session
from collectors.snmp.v3message import read_scoped
from collectors.snmp.values import Absent, Integer32
from collectors.snmp.walk import walk
from tests.collectors.snmp.agent import Mib, mib
from tests.collectors.snmp.fuzz import steps, traps
from tests.collectors.snmp.fuzz.hostile import USER, Device, Honest, Stream, value
from tests.collectors.snmp.fuzz.messages import (
    allowed,
    layouts,
    learned,
    read_v2c,
    read_v3,
)
from tests.collectors.snmp.fuzz.seeds import ANSWER, SCOPED, SEEDS

_ROWS = 12
_MOST_ROWS = 1_000
"""Of a table that is given up after `_ROWS`, and the rest of that answer."""
_PATIENCE = 600.0
"""Seconds; it is requests that are counted."""
_HONEST = mib(4)
_LOOP = asyncio.new_event_loop()
_KNOWN = layouts()


@dataclass(frozen=True)
class Fuzzed:
    """One target.

    Attributes
    ----------
    share : int
        Inputs out of a thousand.
    """

    about: str
    share: int
    run: Callable[[bytes], None]
    seeds: Sequence[bytes] = ()


def _v2c(octets: bytes) -> None:
    with steps.at_most(allowed(octets)):
        read_v2c(octets, _KNOWN)


def _v3(octets: bytes) -> None:
    with steps.at_most(allowed(octets)):
        read_v3(octets, _KNOWN)


def _layout(octets: bytes) -> None:
    """Learn the layout of an answer, and read with it what it may become."""
    stream = Stream(octets)
    known = stream.take(int.from_bytes(stream.take(2)) % 1500)
    other = bytearray(known)
    while known and not stream.over:
        at = int.from_bytes(stream.take(2)) % len(known)
        other[at : at + 1] = stream.take(1 if stream.number(16) else 2)
    for parse in (_message, _scoped):
        with suppress(Malformed):
            reader = learned(known, parse(known))
            if reader is None:
                continue
            quick = reader(bytes(other))
            try:
                strict = parse(bytes(other))
            except Malformed:
                assert quick is None
            else:
                assert quick in (None, strict)


def _message(octets: bytes) -> Pdu:
    return decode_v2c(octets).pdu


def _scoped(octets: bytes) -> Pdu:
    return read_scoped(octets)[1]


def _session(device: Device, version: int) -> Session:
    target = Target(cast("Any", device), socket.AF_INET, ("192.0.2.1", 161))
    if version == 3:
        return V3Session(target, USER)
    return V2cSession(target, b"public")


def _finish(work: Coroutine[Any, Any, None]) -> None:
    with suppress(Malformed, Failure):
        _LOOP.run_until_complete(work)


def _poll(octets: bytes, version: int) -> None:
    """Poll a device three times, whatever it answers; what is read is a table."""
    device = Device(Stream(octets), _HONEST)
    session, naming = _session(device, version), Naming()
    for _ in range(3):
        table = Table()
        complete = False

        async def poll(into: Table) -> None:
            nonlocal complete
            await session.begin()
            await read_system(session)
            await read_interfaces(session, into, max_rows=_ROWS)
            complete = True

        _finish(poll(table))
        assert list(table.rows) == sorted(set(table.rows))
        assert len(table) <= _MOST_ROWS
        found = readings(table, naming, complete=complete)
        assert len(set(found.name)) == len(found)


def _plans(octets: bytes) -> None:
    """Read every plan twice of a device, whatever it answers, which is a reading."""
    stream = Stream(octets)
    first = stream.number(len(PLANS))
    device = Device(stream, _HONEST)
    session = _session(device, 2)
    # Each begins now and then: behind silence the others are not read.
    wanted = [(plan, 60.0) for plan in (*PLANS[first:], *PLANS[:first])]
    agenda = Agenda(wanted, interval=60.0, seed="fuzzed")
    ports = Interfaces.of(
        *(InterfaceReading(f"eth{n}", n, Status.UP) for n in range(1, 5))
    )
    for now in (0.0, 10_000.0):

        async def poll(at: float) -> None:
            await read_plans(
                *(agenda, session, ports),
                max_rows=_ROWS,
                seconds=_PATIENCE,
                clock=lambda: at,
            )

        _LOOP.run_until_complete(poll(now))
        # What becomes of them is text: labels, and lines of JSON.
        json.dumps(asdict(agenda.facts))
        assert repr(agenda.facts).isprintable()


_COLUMNS: tuple[Oid, ...] = (
    interfaces.NAME,
    interfaces.HC_IN_OCTETS,
    interfaces.IN_ERRORS,
)


def _table(stream: Stream) -> Mib:
    """Return a table with holes, and something behind it."""
    found: Mib = {(1, 3, 6, 1, 6, 1): Integer32(0)}
    for _ in range(stream.number(_ROWS)):
        row: Oid = (stream.number(16), *stream.take(stream.number(3)))
        for column in _COLUMNS:
            cell = value(stream)
            if not isinstance(cell, Absent):
                found[column + row] = cell
    return found


def _recall(octets: bytes) -> None:
    """Read a table again as it was read last: as if it were read for the first time."""
    stream = Stream(octets)
    most = len(_COLUMNS) + stream.number(100)
    first, second = _table(stream), _table(stream)
    if stream.number(4):
        # Hardly changed, as tables are.
        second = first | dict(list(second.items())[: stream.number(3)])
    again, afresh = _walked(most, first, second), _walked(most, second)
    assert (again.rows, again.columns) == (afresh.rows, afresh.columns)


def _walked(most: int, *tables: Mib) -> Table:
    device = Honest(most=most)
    session = _session(device, 2)
    found = Table()

    async def poll() -> None:
        await session.begin()
        await walk(session, _COLUMNS, found, max_rows=_MOST_ROWS)

    for variables in tables:
        device.honest = variables
        _LOOP.run_until_complete(poll())
    return found


_COMMUNITY = b"0f-ours"
_SHOWN = (
    _COMMUNITY.decode(),
    *(_COMMUNITY.hex(between) for between in ":- "),
    _COMMUNITY.hex(),
)


def _explain(octets: bytes) -> None:
    """Put whatever comes into words, none of which is our community."""
    transcript = Transcript()
    stream = Stream(octets)
    while not stream.over:
        datagram = stream.take(int.from_bytes(stream.take(2)) % 600)
        transcript.received(datagram, ("192.0.2.1", 161))
    for told in Explainer(_COMMUNITY, USER).tell(transcript):
        words = " ".join((told.head, *told.lines))
        assert not any(shown in words for shown in _SHOWN)
        assert words.isprintable(), words


def _streams(count: int = 8) -> Sequence[bytes]:
    """Return streams of octets to begin with: coverage has to start somewhere."""
    dice = random.Random(5)
    return [dice.randbytes(40 * 2 ** (n % 5)) for n in range(count)]


TARGETS: Mapping[str, Fuzzed] = {
    "v2c": Fuzzed("messages of version 2c", 60, _v2c, SEEDS[:4]),
    "v3": Fuzzed("messages of version 3, decrypted too", 40, _v3, SEEDS[4:]),
    "layout": Fuzzed(
        *("layouts against the parser", 60, _layout),
        [len(s).to_bytes(2) + s + bytes(8) for s in (*SEEDS[:4], SCOPED)],
    ),
    "poll-v2c": Fuzzed(
        *("polls of a hostile device", 4),
        *(lambda octets: _poll(octets, 2), _streams()),
    ),
    "poll-v3": Fuzzed(
        *("polls of a hostile SNMPv3 device", 3),
        *(lambda octets: _poll(octets, 3), _streams()),
    ),
    "plans": Fuzzed("every plan, of a hostile device", 1, _plans, _streams()),
    "recall": Fuzzed("a table read by recall, against a walk", 4, _recall, _streams()),
    "traps": Fuzzed(
        *("notices, as anybody may send them", 5, traps.anybodys, traps.SEEDS),
    ),
    "traps-keyed": Fuzzed(
        *("notices of somebody who has the keys", 1, traps.key_holders),
        traps.SCOPED,
    ),
    "explain": Fuzzed(
        *("datagrams put into words", 10, _explain),
        [
            len(seed).to_bytes(2) + seed
            for seed in (encode_v2c(_COMMUNITY, ANSWER), *SEEDS)
        ],
    ),
}
"""Guided by coverage; the rest of the inputs are mutated by chance."""
