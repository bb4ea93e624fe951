"""The settings' ``collectors: traps:`` section."""

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bellrock.config.duration import Seconds
from bellrock.config.names import Names
from bellrock.config.schema import Listen, parse_listen

_ENGINE_ID = re.compile(r"(?:[0-9a-f]{2}){5,32}")


def _places(value: object) -> tuple[Listen, ...]:
    """Take one address or a list of them."""
    several = value if isinstance(value, list | tuple) else (value,)
    found = [
        each if isinstance(each, Listen) else parse_listen(each) for each in several
    ]
    for each in found:
        try:
            ip_address(each.host)
        except ValueError:
            raise ValueError(
                f"{each.host} is a name; write an address, or 0.0.0.0 for every one"
            ) from None
    if len(set(found)) < len(found):
        raise ValueError("the same address twice; leave one of them out")
    return tuple(found)


def _engine_id(text: str) -> str:
    digits = text.lower().removeprefix("0x")
    if _ENGINE_ID.fullmatch(digits) is None or set(digits[2:]) <= {"0"}:
        raise ValueError(
            "not an SNMP engine id; write 5 to 32 octets as hexadecimal digits, "
            "such as 80004fb80562656c6c"
        )
    return digits


class TrapSettings(BaseModel):
    """How devices may tell us something unasked.

    Attributes
    ----------
    listen : tuple of Listen
        Where; nowhere unless it is said.
    credentials : tuple of str
        Names in the ``snmp:`` section: what any device's notices may be secured by,
        besides what the device itself is polled with.
    rate, device_rate : int
        Notices worked on in a second at most, of all devices and of one. What comes
        faster waits, and the oldest that wait give way.
    confirm : float
        Seconds that at least lie between two polls of a device which notices ask for.
    engine_id : str or None
        Ours as the receiver of SNMPv3 informs, in hexadecimal digits; made from this
        machine's identity unless it is said.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: Annotated[tuple[Listen, ...], BeforeValidator(_places)] = ()
    credentials: Annotated[tuple[str, ...], Names("snmp")] = ()
    rate: int = Field(default=100, ge=1, le=1000)
    device_rate: int = Field(default=20, ge=1, le=1000)
    confirm: Seconds = 5.0
    engine_id: Annotated[str, AfterValidator(_engine_id)] | None = None
