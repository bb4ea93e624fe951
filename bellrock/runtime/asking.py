"""Read a device that nobody declared: over SNMP, and over SSH beside it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bellrock.model.inventory import Device
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.runtime.united import united
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.ssh.settings import SshCredentials, SshSettings

if TYPE_CHECKING:
    from collectors.ssh.collector import SshCollector

_PLANS = ("addresses", "lldp", "cdp", "ospf", "ospfv3")
"""What is read over SNMP beside the interfaces."""

_DESCRIBED: Mapping[str, str] = {
    "FRRouting": "frr",
    "NX-OS": "nxos",
    "IOS XR": "iosxr",
    "Cisco IOS": "ios",
    "Juniper Networks": "junos",
    "Arista Networks": "eos",
    "Linux": "linux",
}
"""What is in the description (sysDescr) of devices of a platform; the first counts."""


@dataclass(frozen=True, slots=True)
class SshWords:
    """How devices are asked over SSH.

    Attributes
    ----------
    platform : str or None
        Of all of them; None to go by their descriptions.
    accept_new : bool
        Trust the host key of a device of which none is known, and remember it.
    """

    settings: SshSettings
    credentials: SshCredentials
    platform: str | None = None
    accept_new: bool = False


@dataclass(slots=True)
class Asking:
    """How devices are read.

    Parameters
    ----------
    settings : SnmpSettings
        As for the monitor; plans are those that tell of links.
    packet_rate : int
        Requests in a second at most.
    port : int
        UDP port of the agents.

    Attributes
    ----------
    platforms : dict of str to str
        By address: whose command line answered there.
    failures : dict of str to DeviceReading
        By address: what came of asking over SSH in vain.
    """

    settings: SnmpSettings
    credentials: SnmpCredentials
    packet_rate: int
    port: int
    ssh: SshWords | None = None
    platforms: dict[str, str] = field(default_factory=dict)
    failures: dict[str, DeviceReading] = field(default_factory=dict)
    _snmp: SnmpCollector = field(init=False)
    _ssh: "SshCollector | None" = field(init=False, default=None)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Get ready, and hang up at the end."""
        kinds = type(self.settings.plans)
        plans = {
            name: "poll" if name in _PLANS else "off" for name in kinds.model_fields
        }
        changes = {
            "packet_rate": self.packet_rate,
            "plans": kinds.model_validate(plans),
        }
        async with AsyncExitStack() as stack:
            collector = SnmpCollector(self.settings.model_copy(update=changes))
            self._snmp = await stack.enter_async_context(collector)
            if self.ssh is not None:
                # Only who asks for it waits for an SSH library.
                from collectors.ssh.collector import SshCollector

                talker = SshCollector(
                    # Nobody is asked a second time.
                    self.ssh.settings.model_copy(update={"connections": 0}),
                    accept_new=self.ssh.accept_new,
                )
                talker.login(self.ssh.credentials)
                self._ssh = await stack.enter_async_context(talker)
            yield

    async def read(self, address: str) -> DeviceReading:
        """Read the device at an address; over SSH only if it answers SNMP at all."""
        ports = {"snmp": self.port}
        device = Device(address, "", address=address, ports=ports)
        reading = await self._snmp.collect(device, self.credentials)
        if reading.outcome is not Outcome.SUCCESS:
            return reading
        return await self._beside(device, reading)

    async def _beside(self, device: Device, reading: DeviceReading) -> DeviceReading:
        if self.ssh is None or self._ssh is None:
            return reading
        platform = self.ssh.platform or platform_of(reading.description)
        if platform is None:
            return reading
        device = replace(device, platform=platform)
        more = await self._ssh.collect(device, self.ssh.credentials)
        if more.outcome is not Outcome.SUCCESS:
            self.failures[device.id] = more
            return reading
        self.platforms[device.id] = platform
        return united((reading, more))


def platform_of(description: str) -> str | None:
    """Return the platform of a device that describes itself so; None if not known.

    Examples
    --------
    >>> platform_of("Linux core1 6.1.0-13-amd64 #1 SMP x86_64")
    'linux'
    """
    from collectors.ssh.platforms.table import PLATFORMS

    for words, platform in _DESCRIBED.items():
        if words in description:
            return platform if platform in PLATFORMS else None
    return None
