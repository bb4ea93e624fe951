"""The same poll by pysnmp: the same columns, in requests of the same size.

One device, again and again: many at once make pysnmp time out of its own accord. MIB
look-ups are off, as nobody who polls in bulk would have them on.
"""

import time
from collections.abc import Sequence
from types import ModuleType

import uvloop

from bellrock.bench.measurement import NotMeasuredError
from bellrock.bench.snmp_agents import PORTS
from bellrock.model.inventory import Device
from collectors.snmp import system
from collectors.snmp.ber import Oid
from collectors.snmp.interfaces import COLUMNS
from collectors.snmp.settings import SnmpCredentials

_SYSTEM = (system.DESCRIPTION, system.UPTIME, system.NAME)
_ROWS = 6
"""What our own poller settles on for these agents: rows that 1,472 octets hold."""


def polls_per_core_second(
    device: Device, credentials: SnmpCredentials, seconds: float
) -> float:
    """Poll for about `seconds`; return polls for each second of CPU time.

    Raises
    ------
    NotMeasuredError
        If the device does not answer it in full.
    """
    return uvloop.run(_poll(device, credentials, seconds))


async def _poll(device: Device, credentials: SnmpCredentials, seconds: float) -> float:
    poller = await _Poller.of(device, credentials)
    await poller.poll()
    polls, begun, until = 0, time.process_time(), time.monotonic() + seconds
    while time.monotonic() < until:
        await poller.poll()
        polls += 1
    return polls / (time.process_time() - begun)


class _Poller:
    def __init__(self, hlapi: ModuleType, arguments: tuple[object, ...]) -> None:
        self._hlapi = hlapi
        self._arguments = arguments

    @classmethod
    async def of(cls, device: Device, credentials: SnmpCredentials) -> "_Poller":
        """Get ready to poll `device`."""
        # Not a dependency of ours: imported only in the process that measures it.
        from pysnmp.hlapi.v3arch import asyncio as hlapi  # type: ignore[import-untyped]

        if credentials.auth is not None and credentials.privacy is not None:
            who = hlapi.UsmUserData(
                credentials.user,
                credentials.auth.password.decode(),
                credentials.privacy.password.decode(),
                authProtocol=hlapi.usmHMAC192SHA256AuthProtocol,
                privProtocol=hlapi.usmAesCfb128Protocol,
            )
        else:
            who = hlapi.CommunityData(credentials.community.decode())
        where = (device.address, device.ports["snmp"])
        target = await hlapi.UdpTransportTarget.create(where)
        return cls(hlapi, (hlapi.SnmpEngine(), who, target, hlapi.ContextData()))

    async def poll(self) -> None:
        """Read the system group and the interface columns, as our collector does."""
        await self._ask("get_cmd", _SYSTEM)
        table: dict[Oid, dict[Oid, object]] = {}
        reached = {column: column for column in COLUMNS}
        while reached:
            asked = list(reached)
            found = await self._ask("bulk_cmd", list(reached.values()), 0, _ROWS)
            for position, (oid, value) in enumerate(found):
                column = asked[position % len(asked)]
                if oid[: len(column)] != column:
                    reached.pop(column, None)
                elif column in reached:
                    reached[column] = oid
                    table.setdefault(oid[len(column) :], {})[column] = value
        if len(table) != PORTS:
            raise NotMeasuredError(f"pysnmp: {len(table)} interfaces of {PORTS}")

    async def _ask(
        self, command: str, oids: Sequence[Oid], *numbers: int
    ) -> list[tuple[Oid, object]]:
        hlapi = self._hlapi
        objects = [hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in oids]
        error, status, _, found = await getattr(hlapi, command)(
            *self._arguments, *numbers, *objects, lookupMib=False
        )
        if error or status:
            raise NotMeasuredError(f"pysnmp: {error or status}")
        return [(tuple(name), value) for name, value in found]
