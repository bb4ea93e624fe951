"""The system group (RFC 3418): what a device says of itself."""

from dataclasses import dataclass

from collectors.snmp.ber import Oid
from collectors.snmp.session import Session
from collectors.snmp.text import plain
from collectors.snmp.values import TimeTicks

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
DESCRIPTION: Oid = (*_SYSTEM, 1, 0)
OBJECT_ID: Oid = (*_SYSTEM, 2, 0)
UPTIME: Oid = (*_SYSTEM, 3, 0)
NAME: Oid = (*_SYSTEM, 5, 0)


@dataclass(frozen=True, slots=True)
class System:
    """The group's values; empty or None where the device did not say.

    Attributes
    ----------
    uptime : float or None
        Seconds since the management agent started.
    """

    description: str = ""
    uptime: float | None = None
    name: str = ""


async def read_system(session: Session) -> System:
    """Read the system group with one GET; the session is told whose it is."""
    described, kind, uptime, name = await session.get(
        (DESCRIPTION, OBJECT_ID, UPTIME, NAME)
    )
    description = plain(described)
    session.introduce(kind if isinstance(kind, tuple) else (), description)
    return System(
        description=description,
        uptime=int(uptime) / 100 if isinstance(uptime, TimeTicks) else None,
        name=plain(name),
    )
