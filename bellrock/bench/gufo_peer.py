"""The same poll by gufo-snmp: the same columns, each by as many rows as a device has.

One session a device, kept open, all devices at once: as a poller made with it would.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import uvloop

from bellrock.bench.measurement import NotMeasuredError
from bellrock.bench.snmp_agents import PORTS
from bellrock.model.inventory import Device
from collectors.snmp import system
from collectors.snmp.interfaces import COLUMNS
from collectors.snmp.settings import SnmpCredentials

if TYPE_CHECKING:
    from gufo.snmp.aio import SnmpSession

PACKAGE = "gufo.snmp"
"""To be installed by whoever wants it measured; none of ours."""

_SYSTEM = tuple(
    ".".join(map(str, oid)) for oid in (system.DESCRIPTION, system.UPTIME, system.NAME)
)
_COLUMNS = tuple(".".join(map(str, oid)) for oid in COLUMNS)


def polls_per_core_second(
    devices: Sequence[Device], credentials: SnmpCredentials, seconds: float
) -> float:
    """Poll for about `seconds`; return polls for each second of CPU time.

    Raises
    ------
    NotMeasuredError
        If a device does not answer it in full.
    """
    return uvloop.run(_poll_all(devices, credentials, seconds))


async def _poll_all(
    devices: Sequence[Device], credentials: SnmpCredentials, seconds: float
) -> float:
    from gufo.snmp.aio import SnmpSession

    async with AsyncExitStack() as stack:
        sessions = [
            await stack.enter_async_context(
                SnmpSession(
                    device.address,
                    port=device.ports["snmp"],
                    max_repetitions=PORTS + 1,
                    **_who(credentials),
                )
            )
            for device in devices
        ]
        await asyncio.gather(*map(_poll, sessions))
        polls, begun, until = 0, time.process_time(), time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.gather(*map(_poll, sessions))
            polls += len(sessions)
        return polls / (time.process_time() - begun)


async def _poll(session: "SnmpSession") -> None:
    await session.get_many(_SYSTEM)
    for column in _COLUMNS:
        rows = [value async for value in session.getbulk(column)]
        if len(rows) != PORTS:
            raise NotMeasuredError(f"gufo-snmp: {len(rows)} interfaces of {PORTS}")


def _who(credentials: SnmpCredentials) -> dict[str, object]:
    if credentials.auth is None or credentials.privacy is None:
        return {"community": credentials.community.decode()}
    from gufo.snmp import (
        Aes128Key,
        Sha256Key,
        User,
    )

    return {
        "user": User(
            credentials.user or "",
            auth_key=Sha256Key(credentials.auth.password),
            priv_key=Aes128Key(credentials.privacy.password),
        )
    }
