"""Agents with the shapes that real vendors show, described as data.

What an agent has is a mapping of OID to value that may change while it serves; how it
behaves is a :class:`Habits`. Each is served on loopback, in the process of the test.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bellrock.model.inventory import Device
from collectors.snmp import interfaces as columns
from collectors.snmp.ber import Oid
from collectors.snmp.counters import DISCONTINUITY
from collectors.snmp.message import PduType, decode_v2c
from collectors.snmp.values import (
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    OctetString,
    TimeTicks,
    Value,
)
from tests.collectors.snmp.agent import END, SYSTEM, Answers, Mib, device, serve

UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)

_CISCO = {
    **{1: "Vlan1", 10_101: "Gi1/0/1", 10_102: "Gi1/0/2", 10_148: "Gi1/0/48"},
    **{14_501: "Null0", 5_179: "StackPort1", 2_147_483_647: "Tunnel0"},
}
_JUNIPER = {501: "ge-0/0/0", 502: "ge-0/0/0.0", 16: "lo0", 6: "lo0.0", 1: "fxp0"}
"""Names by ifIndex: far apart, and in no order that means anything."""


def port(index: int, called: str, /, **cells: Value | None) -> Mib:
    """Everything that a port says, or what else is given; None leaves a cell out.

    Parameters
    ----------
    cells : Value or None
        By the name of the column in :mod:`collectors.snmp.interfaces`, in small
        letters: ``hc_in_octets``.
    """
    whole: dict[str, Value | None] = {
        **dict.fromkeys(("name", "descr"), OctetString(called.encode())),
        **dict.fromkeys(("admin_status", "oper_status"), Integer32(1)),
        **dict.fromkeys(("in_errors", "out_errors"), Counter32(0)),
        **dict.fromkeys(("in_discards", "out_discards"), Counter32(0)),
        "high_speed": Gauge32(1000),
        "speed": Gauge32(10**9),
        "in_octets": Counter32(index),
        "out_octets": Counter32(2 * index),
        "hc_in_octets": Counter64(2**40 + index),
        "hc_out_octets": Counter64(2**41 + index),
        "discontinuity": TimeTicks(0),
        **cells,
    }
    return {
        (*_column(name), index): value
        for name, value in whole.items()
        if value is not None
    }


def _column(name: str) -> Oid:
    found: Oid = (
        DISCONTINUITY if name == "discontinuity" else getattr(columns, name.upper())
    )
    return found


def ports(names: Mapping[int, str], **cells: Value | None) -> Mib:
    """Return the whole of a device that has these ports."""
    whole = SYSTEM | END
    for index, name in names.items():
        whole |= port(index, name, **cells)
    return whole


_NOTHING_64 = {"hc_in_octets": None, "hc_out_octets": None}

SHAPES: Mapping[str, Callable[[], Mib]] = {
    "sparse": lambda: ports(_CISCO),
    "unsorted": lambda: ports(_JUNIPER),
    "narrow": lambda: ports({1: "eth0", 2: "eth1"}, **_NOTHING_64),
    "partly-narrow": lambda: ports({1: "eth0"}) | port(2, "serial0", **_NOTHING_64),
    "without-if-x": lambda: ports(
        {1: "eth0"}, name=None, high_speed=None, discontinuity=None, **_NOTHING_64
    ),
    "speedless": lambda: ports({1: "tun0"}, high_speed=Gauge32(0), speed=Gauge32(0)),
    "wrong-types": lambda: ports(
        {1: "eth0"},
        hc_in_octets=OctetString(b"12"),
        oper_status=OctetString(b"up"),
        high_speed=Integer32(-1),
        discontinuity=OctetString(b"never"),
    ),
    "empty": lambda: SYSTEM | END,
    "huge": lambda: ports({n: f"Gi{n // 100}/{n % 100}" for n in range(1, 10_001)}),
}
"""What there is on devices of these kinds, afresh for each test."""


@dataclass
class Habits:
    """How an agent behaves.

    Attributes
    ----------
    seconds : float
        It takes for an answer to GETBULK or GETNEXT.
    every : int
        It answers one request of so many, the last of them.
    copies : int
        Of each answer.
    swapped : bool
        Each answer is held back until the next one has gone out; or a moment.
    cut : int or None
        Octets after which an answer is cut short.
    elsewhere : str or None
        Address that it answers from instead: the same one, of another port, will do.
    longer : bool
        Each answer is an octet longer than the last: the first name grows.
    """

    seconds: float = 0.0
    every: int = 1
    copies: int = 1
    swapped: bool = False
    cut: int | None = None
    elsewhere: str | None = None
    longer: bool = False


@dataclass
class Simulated:
    """An agent on loopback.

    Attributes
    ----------
    has : dict of Oid to Value
        What it has; whatever is changed is so with the next request.
    before : dict of int to callable
        What happens to it before it answers its request of that number, from 1.
    """

    has: Mib
    habits: Habits = field(default_factory=Habits)
    before: dict[int, Callable[["Simulated"], None]] = field(default_factory=dict)
    most: int = 1000
    device: Device = field(init=False)
    requests: int = field(default=0, init=False)
    _serving: tuple[Mib, int, Answers] | None = field(default=None, init=False)

    def answers(self, request: bytes) -> Iterable[bytes]:
        """Return the answers to a request."""
        self.requests += 1
        if happens := self.before.get(self.requests):
            happens(self)
        if self.requests % self.habits.every:
            return ()
        has = self.has
        if self.habits.longer:
            long = OctetString(b"e" * self.requests)
            has = has | {(*columns.NAME, 1): long}
        (answer,) = self._serve(has)(request)
        return [answer[: self.habits.cut]] * self.habits.copies

    def _serve(self, has: Mib) -> Answers:
        """Return what serves this, in order: sorted once, since some have a lot."""
        known = self._serving
        if known is None or known[0] is not has or known[1] != len(has):
            known = self._serving = has, len(has), serve(has, most=self.most)
        return known[2]

    def reboot(self, has: Mib) -> None:
        """Start anew, with this."""
        self.has = has | {UPTIME: TimeTicks(100)}


@asynccontextmanager
async def simulated(agent: Simulated, host: str = "127.0.0.1") -> AsyncIterator[Device]:
    """Serve an agent; yield the device it is on."""
    loop = asyncio.get_running_loop()
    late: list[asyncio.TimerHandle] = []
    held: list[tuple[bytes, object]] = []
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        server.setblocking(False)
        server.bind((host, 0))
        other.bind((agent.habits.elsewhere or host, 0))
        source = server if agent.habits.elsewhere is None else other

        def send(answer: bytes, client: object) -> None:
            source.sendto(answer, client)  # type: ignore[call-overload]

        def release() -> None:
            for answer, client in held:
                send(answer, client)
            held.clear()

        def serve_one() -> None:
            request, client = server.recvfrom(65535)
            walked = decode_v2c(request).pdu.type is not PduType.GET
            wait = agent.habits.seconds if walked else 0.0
            for answer in agent.answers(request):
                if agent.habits.swapped:
                    held.insert(0, (answer, client))
                    late.append(loop.call_later(0.02, release))
                elif wait:
                    late.append(loop.call_later(wait, send, answer, client))
                else:
                    send(answer, client)

        loop.add_reader(server, serve_one)
        agent.device = device(server.getsockname()[1], host)
        try:
            yield agent.device
        finally:
            loop.remove_reader(server)
            for each in late:
                each.cancel()
