"""What a simulated device says beside its interfaces: load, sensors, whom it sees.

HOST-RESOURCES-MIB (RFC 2790), ENTITY-SENSOR-MIB (RFC 3433) with ENTITY-MIB's names
(RFC 6933), EtherLike-MIB (RFC 3635), LLDP-MIB (IEEE 802.1AB) and IP-MIB's addresses
(RFC 1213). Numbers swing with the simulated day, so that graphs of them have a shape.
"""

import ipaddress
import math
from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

from bellrock.demo.world import World
from bellrock.model.inventory import Device, End, Link
from collectors.snmp.ber import Oid
from collectors.snmp.values import (
    Absent,
    Counter32,
    Integer32,
    IpAddress,
    OctetString,
    Value,
)

Read = Callable[[float], Value]
"""Reads a variable at a time of the world's clock; absent while there is none."""
Port = tuple[int, Link, End, End]
"""ifIndex, the link plugged in, this end of it and the far one."""

_HOST: Oid = (1, 3, 6, 1, 2, 1, 25)
_PROCESSOR: Oid = (*_HOST, 3, 3, 1)
_STORAGE: Oid = (*_HOST, 2, 3, 1)
_RAM: Oid = (*_HOST, 2, 1, 2)
_PHYSICAL: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
_SENSOR: Oid = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
_ETHERNET: Oid = (1, 3, 6, 1, 2, 1, 10, 7, 2, 1)
_IP_ADDRESS: Oid = (1, 3, 6, 1, 2, 1, 4, 20, 1)
_LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
_LOCAL_PORT: Oid = (*_LLDP, 3, 7, 1)
_REMOTE: Oid = (*_LLDP, 4, 1, 1)
_REMOTE_ADDRESS: Oid = (*_LLDP, 4, 2, 1)

_CELSIUS, _DBM = 8, 14
_UNITS_SCALE, _OK = 9, 1
_FULL_DUPLEX, _UNKNOWN_DUPLEX = 3, 1
_CHASSIS_MAC, _PORT_NAME = 4, 5
_IPV4 = 1
_MEMORY_BLOCKS, _BLOCK = 524_288, 4096
_WARM, _BRIGHT = 35.0, -6.0
_DAY = 86_400.0
_NOT_THERE = Absent.NO_SUCH_INSTANCE


def facts(
    device: Device, ports: Sequence[Port], world: World
) -> Iterator[tuple[Oid, Read]]:
    """Yield every variable: its name, and what reads it."""
    yield from _load(device)
    yield from _sensors(device, ports, world)
    yield from _ethernet(ports, world)
    yield from _addresses(device)
    yield from _lldp(device, ports, world)


def chassis(device: str) -> bytes:
    """Return the MAC address that a device is known by: locally administered."""
    return b"\x02\x00" + crc32(device.encode()).to_bytes(4)


def _constant(value: Value) -> Read:
    return lambda _: value


def _text(text: str) -> Read:
    return _constant(OctetString(text.encode()))


def _swing(seed: str, middle: float, by: float) -> Callable[[float], float]:
    """Return what goes up and down once a day, each by its own clock."""
    phase = crc32(seed.encode()) / 2**32
    return lambda at: middle + by * math.sin(2 * math.pi * (at / _DAY + phase))


def _load(device: Device) -> Iterator[tuple[Oid, Read]]:
    busy = _swing(f"{device.id} processor", 18, 12)
    used = _swing(f"{device.id} memory", 0.55, 0.05)
    yield (*_PROCESSOR, 2, 1), lambda at: Integer32(round(busy(at)))
    yield (*_STORAGE, 2, 1), _constant(_RAM)
    yield (*_STORAGE, 3, 1), _text("Physical memory")
    yield (*_STORAGE, 4, 1), _constant(Integer32(_BLOCK))
    yield (*_STORAGE, 5, 1), _constant(Integer32(_MEMORY_BLOCKS))
    yield (
        (*_STORAGE, 6, 1),
        lambda at: Integer32(round(used(at) * _MEMORY_BLOCKS)),
    )


def _sensors(
    device: Device, ports: Sequence[Port], world: World
) -> Iterator[tuple[Oid, Read]]:
    warm = _swing(f"{device.id} inlet", _WARM, 4)
    yield from _sensor(
        1, "Inlet temperature", _CELSIUS, 0, lambda at: Integer32(round(warm(at)))
    )
    for index, link, end, _ in ports:
        name = f"{end.interface} receive power"
        yield from _sensor(index, name, _DBM, 1, _light(link, end, world))


def _light(link: Link, end: End, world: World) -> Read:
    """Return the power an optic receives, tenths of a dBm; none from a cut fibre."""
    bright = _swing(f"{end} optic", _BRIGHT, 0.4)
    dark = Integer32(-400)
    return lambda at: (
        Integer32(round(10 * bright(at))) if world.link_up(link.id) else dark
    )


def _sensor(
    index: int, name: str, kind: int, decimals: int, value: Read
) -> Iterator[tuple[Oid, Read]]:
    yield (*_PHYSICAL, 7, index), _text(name)
    columns = {1: kind, 2: _UNITS_SCALE, 3: decimals, 5: _OK}
    for column, number in columns.items():
        yield (*_SENSOR, column, index), _constant(Integer32(number))
    yield (*_SENSOR, 4, index), value


def _ethernet(ports: Sequence[Port], world: World) -> Iterator[tuple[Oid, Read]]:
    for index, link, _, _ in ports:
        # Alignment and FCS errors, late collisions, symbol errors.
        for column in (2, 3, 8, 18):
            yield (*_ETHERNET, column, index), _constant(Counter32(0))
        yield (*_ETHERNET, 19, index), _duplex(link, world)


def _duplex(link: Link, world: World) -> Read:
    full, unknown = Integer32(_FULL_DUPLEX), Integer32(_UNKNOWN_DUPLEX)
    return lambda _: full if world.link_up(link.id) else unknown


def _addresses(device: Device) -> Iterator[tuple[Oid, Read]]:
    if device.address is None or ":" in device.address:
        return
    octets = ipaddress.IPv4Address(device.address).packed
    yield (*_IP_ADDRESS, 1, *octets), _constant(IpAddress(octets))
    yield (*_IP_ADDRESS, 2, *octets), _constant(Integer32(1))
    yield (*_IP_ADDRESS, 3, *octets), _constant(IpAddress(b"\xff" * 4))


def _lldp(
    device: Device, ports: Sequence[Port], world: World
) -> Iterator[tuple[Oid, Read]]:
    yield (*_LLDP, 3, 1, 0), _constant(Integer32(_CHASSIS_MAC))
    yield (*_LLDP, 3, 2, 0), _constant(OctetString(chassis(device.id)))
    yield (*_LLDP, 3, 3, 0), _text(device.id)
    for number, (_, link, end, far) in enumerate(ports, 1):
        # Ports are numbered apart from interfaces, as on most switches.
        yield (*_LOCAL_PORT, 2, number), _constant(Integer32(_PORT_NAME))
        yield (*_LOCAL_PORT, 3, number), _text(end.interface)
        yield (*_LOCAL_PORT, 4, number), _text(link.circuit)
        for oid, value in _seen(number, far, world):
            yield oid, _while_up(world, link, value)


def _seen(port: int, far: End, world: World) -> Iterator[tuple[Oid, Value]]:
    row = 0, port, 1
    neighbour = world.inventory.devices[far.device]
    columns: dict[int, Value] = {
        4: Integer32(_CHASSIS_MAC),
        5: OctetString(chassis(far.device)),
        6: Integer32(_PORT_NAME),
        7: OctetString(far.interface.encode()),
        9: OctetString(far.device.encode()),
    }
    for column, value in columns.items():
        yield (*_REMOTE, column, *row), value
    if neighbour.address is not None and ":" not in neighbour.address:
        octets = ipaddress.IPv4Address(neighbour.address).packed
        at = (*row, _IPV4, len(octets), *octets)
        yield (*_REMOTE_ADDRESS, 3, *at), Integer32(2)
        yield (*_REMOTE_ADDRESS, 4, *at), Integer32(1)


def _while_up(world: World, link: Link, value: Value) -> Read:
    return lambda _: value if world.link_up(link.id) else _NOT_THERE
