"""Simulated devices for the pollers to read: versions 2c and 3, in one process.

The demo's agent answers, and what it said is said again with the number of the next
request: real devices have a processor each, and these must not be what is waited for.
One answer in a hundred has a counter that is an octet longer, or shorter, from then on.
Version 3 (RFC 3414) is put around it here. It trusts whoever asks, as a peer on
loopback may: signatures of requests are not checked, those of answers are made.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace

import uvloop

from bellrock.bench.process import Say
from bellrock.demo.agent import Agent
from bellrock.demo.world import World
from bellrock.model.inventory import Device, End, Inventory, Link, Site
from collectors.snmp import ber, reports
from collectors.snmp.collector import make_user
from collectors.snmp.message import (
    Pdu,
    PduType,
    decode_v2c,
    encode_v2c,
    read_envelope,
    write_pdu,
    write_v2c,
)
from collectors.snmp.settings import SnmpCredentials
from collectors.snmp.v3agent import Agent as Engine
from collectors.snmp.v3agent import User
from collectors.snmp.v3envelope import Opener, Sealer
from collectors.snmp.v3message import (
    AUTH,
    PRIVACY,
    SecuredMessage,
    encode_v3,
    wrap_scoped,
)
from collectors.snmp.values import Counter32, Counter64

PORTS = 48

_COMMUNITY = b"inside"
_LARGEST = 65_535
_BATCH = 64
_NUMBER = 4
"""Octets of a request's number that is remembered; others are answered afresh."""
_CHANGES = 100
"""Answers of which one has another layout than the one before it."""

_Said = tuple[bytes, bytes]
"""An answer: what stands before and after its number."""

Answer = Callable[[bytes, float], bytes | None]


def serve_agents(
    say: Say[list[Device]], count: int, credentials: SnmpCredentials
) -> None:
    """Serve `count` devices of 48 ports; say where, as devices with their ports."""
    uvloop.run(_serve(say, count, credentials))


async def _serve(
    say: Say[list[Device]], count: int, credentials: SnmpCredentials
) -> None:
    loop = asyncio.get_running_loop()
    inventory = _inventory(count)
    world = World(inventory, loop.time())
    user = make_user(credentials)
    served = []
    for number, device in enumerate(inventory.devices.values()):
        if device.id == _HUB:
            continue
        agent = Agent(device, world, credentials.community or _COMMUNITY, loop.time())
        answer: Answer = Memory(agent.answer).answer
        if credentials.version == 3:
            answer = V3Agent(answer, number, user).answer
        served.append(replace(device, ports={"snmp": _listen(loop, device, answer)}))
    say(served)
    await loop.create_future()


class Memory:
    """Answers as its inner agent did the first time, but for what grows or shrinks."""

    def __init__(self, inner: Answer) -> None:
        self._inner = inner
        self._known: dict[bytes, list[_Said]] = {}
        self._times = 0

    def answer(self, datagram: bytes, now: float) -> bytes | None:
        """Return the answer to a request of version 2c."""
        asked, at, octets = _cut(datagram)
        if octets != _NUMBER:
            return self._inner(datagram, now)
        known = self._known.get(asked)
        if known is None:
            said = self._inner(datagram, now)
            if said is None or _cut(said)[2] != _NUMBER:
                # gosnmp writes small numbers in four octets too, our agent in fewer.
                return said
            known = self._known[asked] = [_said(said), _said(_grown(said))]
        self._times += 1
        if self._times % _CHANGES == 0:
            # From now on, as a counter that has grown.
            known.reverse()
        before, after = known[0]
        return b"%b%b%b" % (before, datagram[at : at + _NUMBER], after)


def _cut(message: bytes) -> tuple[bytes, int, int]:
    """Return a message without the number in it, where that stood, and its octets."""
    at, end = read_envelope(message)
    for _ in ("version", "community"):
        at = ber.read_header(message, at, end)[2]
    at = ber.read_header(message, at, end)[1]
    at, stop = ber.read_expected(message, at, end, ber.INTEGER)
    return message[:at] + message[stop:], at, stop - at


def _said(answer: bytes) -> _Said:
    whole, at, _ = _cut(answer)
    return whole[:at], whole[at:]


def _grown(answer: bytes) -> bytes:
    """Return the answer with its first 64-bit counter an octet longer."""
    message = decode_v2c(answer)
    varbinds = message.pdu.varbinds
    for at, (oid, value) in enumerate(varbinds):
        if isinstance(value, Counter64):
            varbinds[at] = oid, Counter64(min((value + 1) << 8, 2**64 - 1))
            break
    return encode_v2c(message.community, message.pdu)


class V3Agent:
    """An authoritative engine around an agent of version 2c."""

    def __init__(self, inner: Answer, number: int, user: User) -> None:
        self._inner = inner
        engine_id = b"\x80\x00\x00\x00\x05" + number.to_bytes(4)
        self._engine = Engine(SecuredMessage(0, 0, engine_id, 1, 0, b"", b""), user)
        self._opener = Opener()
        self._sealer = Sealer(user.name, AUTH | PRIVACY)

    def answer(self, datagram: bytes, now: float) -> bytes | None:
        """Return the answer to a request; a report of who we are to a stranger's."""
        asked = self._opener.read(datagram)
        if asked.engine_id != self._engine.engine_id:
            return self._report(asked)
        payload = asked.payload
        if asked.flags & PRIVACY and self._engine.encrypter is not None:
            payload = self._engine.encrypter.decrypt(
                payload, asked.boots, asked.time, asked.salt
            )
        inside = self._inner(write_v2c(_COMMUNITY, _pdu(payload)), now)
        if inside is None:
            return None
        scoped = wrap_scoped(self._engine.engine_id, _pdu(inside))
        return self._sealer.seal(self._engine, asked.number, scoped)

    def _report(self, asked: SecuredMessage) -> bytes:
        report = Pdu(PduType.REPORT, 0, [(reports.UNKNOWN_ENGINE_IDS, Counter32(1))])
        engine = self._engine
        payload = wrap_scoped(engine.engine_id, write_pdu(report))
        return encode_v3(
            SecuredMessage(
                *(asked.number, 0, engine.engine_id, engine.boots, engine.now()),
                *(b"", payload),
            )
        )[0]


def _pdu(octets: bytes) -> bytes:
    """Return the PDU of a version 2c message or a scoped PDU, which ends either."""
    at, end = read_envelope(octets)
    for _ in ("version or engine id", "community or context"):
        at = ber.read_header(octets, at, end)[2]
    return octets[at:end]


def _listen(loop: asyncio.AbstractEventLoop, device: Device, answer: Answer) -> int:
    """Open the device's socket on a free port; return the port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((device.address, 0))

    def readable() -> None:
        for _ in range(_BATCH):
            try:
                datagram, sender = sock.recvfrom(_LARGEST)
            except BlockingIOError:
                return
            reply = answer(datagram, loop.time())
            if reply is not None:
                sock.sendto(reply, sender)

    loop.add_reader(sock, readable)
    return int(sock.getsockname()[1])


_HUB = "hub"


def _inventory(count: int) -> Inventory:
    """Return a star: each device has all its ports to one hub."""
    names = [f"device-{number}" for number in range(count)]
    devices = {
        name: Device(name, "lab", address=f"127.21.{number // 250}.{number % 250 + 1}")
        for number, name in enumerate(names)
    }
    devices[_HUB] = Device(_HUB, "lab")
    links = [
        Link(
            f"{name}-{port}",
            End(name, f"GigabitEthernet0/0/{port}"),
            End(_HUB, f"{name}-{port}"),
            capacity_ab=1e9,
            capacity_ba=1e9,
            circuit=f"NL-{port:05}",
        )
        for name in names
        for port in range(PORTS)
    ]
    return replace(
        network(devices.values()),
        links={link.id: link for link in links},
        gateways=frozenset({_HUB}),
    )


def network(devices: Iterable[Device]) -> Inventory:
    """Return an inventory of `devices` alone."""
    return Inventory(
        id="lab",
        name="lab",
        sites={"lab": Site("lab", "Laboratory", "other")},
        devices={device.id: device for device in devices},
        links={},
        risk_groups={},
        gateways=frozenset(),
    )
