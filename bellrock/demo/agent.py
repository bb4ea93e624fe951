"""A simulated device's SNMP agent: system group, ifTable, ifXTable (RFC 1213, 2863).

And what :mod:`bellrock.demo.facts` adds.

Answers GET, GETNEXT and GETBULK of version 2c. It is an agent like any other to the
poller: real BER in a real datagram.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator

from bellrock.demo.facts import Port, Read, facts
from bellrock.demo.world import World
from bellrock.model.inventory import Device, End, Link
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.message import Message, Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.values import (
    Absent,
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    OctetString,
    TimeTicks,
    Value,
    VarBind,
)

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_INTERFACES: Oid = (1, 3, 6, 1, 2, 1, 2)
_IF_ENTRY: Oid = (*_INTERFACES, 2, 1)
_IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)

_TRAPS: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5)
_TRAP_OID: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
_LINK_DOWN, _LINK_UP = 3, 4

_UP, _DOWN = 1, 2
_ETHERNET = 6
_FIRST_INDEX = 501
"""Not 1: a poller that takes ifIndex for a row number should be found out."""

_LARGEST_ANSWER = 1472
_MOST_ROWS = 128


class Agent:
    """One device's agent.

    Parameters
    ----------
    device : Device
        Who it speaks for; its interfaces are those its links are plugged into.
    community : bytes
        Requests with another one are not answered, as RFC 1901 has it.
    """

    def __init__(
        self, device: Device, world: World, community: bytes, now: float
    ) -> None:
        self.world = world
        self._community = community
        tree = dict(_system(device, world, now))
        ports = self._ports = list(_ports(device, world))
        tree[*_INTERFACES, 1, 0] = _constant(Integer32(len(ports)))
        for index, link, end, _ in ports:
            for column, read in _row(link, end, world, index).items():
                tree[*column, index] = read
        tree |= facts(device, ports, world)
        self._reads = tree
        self._oids = sorted(tree)
        self._told = 0

    def answer(self, datagram: bytes, now: float) -> bytes | None:
        """Return the answer to a request; None where an agent keeps silent."""
        try:
            asked = decode_v2c(datagram)
        except Malformed:
            return None
        if asked.community != self._community:
            return None
        varbinds = self._look_up(asked, now)
        if varbinds is None:
            return None
        while True:
            pdu = Pdu(PduType.RESPONSE, asked.pdu.request_id, varbinds)
            encoded = encode_v2c(self._community, pdu)
            if len(encoded) <= _LARGEST_ANSWER or len(varbinds) <= 1:
                return encoded
            # RFC 3416, section 4.2.3: an agent may answer fewer repetitions.
            varbinds = varbinds[: len(varbinds) * 3 // 4]

    def tell(self, links: Collection[str], now: float) -> Iterator[bytes]:
        """Yield a trap for each of these links that is plugged in here.

        linkUp or linkDown (RFC 2863), with what it says of the interface.
        """
        for index, link, end, _ in self._ports:
            if link.id not in links:
                continue
            up = self.world.link_up(link.id)
            varbinds: list[VarBind] = [
                ((*_SYSTEM, 3, 0), self._reads[*_SYSTEM, 3, 0](now)),
                (_TRAP_OID, (*_TRAPS, _LINK_UP if up else _LINK_DOWN)),
                ((*_IF_ENTRY, 1, index), Integer32(index)),
                ((*_IF_ENTRY, 7, index), Integer32(_UP)),
                ((*_IF_ENTRY, 8, index), Integer32(_UP if up else _DOWN)),
                ((*_IF_X_ENTRY, 1, index), OctetString(end.interface.encode())),
            ]
            self._told += 1
            yield encode_v2c(self._community, Pdu(PduType.TRAP, self._told, varbinds))

    def _look_up(self, asked: Message, now: float) -> list[VarBind] | None:
        names = [oid for oid, _ in asked.pdu.varbinds]
        match asked.pdu.type:
            case PduType.GET:
                return [(oid, self._get(oid, now)) for oid in names]
            case PduType.GET_NEXT:
                return [self._next(oid, now) for oid in names]
            case PduType.GET_BULK:
                return list(self._bulk(asked.pdu, names, now))
            case _:
                return None

    def _get(self, oid: Oid, now: float) -> Value:
        read = self._reads.get(oid)
        return Absent.NO_SUCH_INSTANCE if read is None else read(now)

    def _next(self, oid: Oid, now: float) -> VarBind:
        for place in range(bisect_right(self._oids, oid), len(self._oids)):
            following = self._oids[place]
            value = self._reads[following](now)
            if value is not Absent.NO_SUCH_INSTANCE:
                return following, value
        return oid, Absent.END_OF_MIB_VIEW

    def _bulk(self, pdu: Pdu, names: list[Oid], now: float) -> Iterator[VarBind]:
        once, many = names[: pdu.non_repeaters], names[pdu.non_repeaters :]
        for oid in once:
            yield self._next(oid, now)
        for _ in range(min(pdu.max_repetitions, _MOST_ROWS // max(1, len(many)))):
            row = [self._next(oid, now) for oid in many]
            yield from row
            many = [oid for oid, _ in row]


def _constant(value: Value) -> Read:
    return lambda _: value


def _system(device: Device, world: World, now: float) -> Iterator[tuple[Oid, Read]]:
    site = world.inventory.sites[device.site]
    texts = {1: "Bellrock simulated device", 4: "noc@example.org"}
    texts |= {5: device.id, 6: site.name}
    for column, text in texts.items():
        yield (*_SYSTEM, column, 0), _constant(OctetString(text.encode()))
    # Up for a day or more before the demo began, as devices are.
    started = now - 86_400 - len(device.id) * 3_600
    yield (*_SYSTEM, 3, 0), lambda at: TimeTicks((at - started) * 100)


def _ports(device: Device, world: World) -> Iterator[Port]:
    index = _FIRST_INDEX
    for link in world.inventory.links.values():
        for end, far in ((link.a, link.b), (link.b, link.a)):
            if end.device == device.id:
                yield index, link, end, far
                index += 1


def _row(link: Link, end: End, world: World, index: int) -> dict[Oid, Read]:
    """Return the columns of one interface's rows in both tables."""
    outward, inward = ("ab", "ba") if end is link.a else ("ba", "ab")
    speed = max(link.capacity_ab or 0, link.capacity_ba or 0)
    name = _constant(OctetString(end.interface.encode()))

    def status(_: float) -> Value:
        return Integer32(_UP if world.link_up(link.id) else _DOWN)

    def octets(direction: str) -> Read:
        return lambda at: Counter64(world.octets(link.id, direction, at))

    def octets_32(direction: str) -> Read:
        return lambda at: Counter32(world.octets(link.id, direction, at) % 2**32)

    none = _constant(Counter32(0))
    return {
        (*_IF_ENTRY, 1): _constant(Integer32(index)),
        (*_IF_ENTRY, 2): name,
        (*_IF_ENTRY, 3): _constant(Integer32(_ETHERNET)),
        (*_IF_ENTRY, 5): _constant(Gauge32(min(speed, 2**32 - 1))),
        (*_IF_ENTRY, 7): _constant(Integer32(_UP)),
        (*_IF_ENTRY, 8): status,
        (*_IF_ENTRY, 10): octets_32(inward),
        (*_IF_ENTRY, 13): none,
        (*_IF_ENTRY, 14): none,
        (*_IF_ENTRY, 16): octets_32(outward),
        (*_IF_ENTRY, 19): none,
        (*_IF_ENTRY, 20): none,
        (*_IF_X_ENTRY, 1): name,
        (*_IF_X_ENTRY, 6): octets(inward),
        (*_IF_X_ENTRY, 10): octets(outward),
        (*_IF_X_ENTRY, 15): _constant(Gauge32(speed // 1_000_000)),
        (*_IF_X_ENTRY, 18): _constant(OctetString(link.circuit.encode())),
    }
