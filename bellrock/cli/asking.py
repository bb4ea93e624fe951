"""Ask one device once, as the monitor would, and remember what was sent and seen."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bellrock.model.errors import UserError
from bellrock.model.inventory import Device, Inventory
from bellrock.model.observation import DeviceReading
from bellrock.runtime.told import Told
from collectors.snmp import advice as snmp_advice
from collectors.snmp.collector import SnmpCollector, make_user
from collectors.snmp.explain import Explainer
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.snmp.transcript import Kind, Transcript
from collectors.ssh import advice as ssh_advice
from collectors.ssh.settings import SshCredentials, SshSettings

_ARROWS = {
    **{Kind.SENT: "->", Kind.RECEIVED: "<-", Kind.SILENCE: ".."},
    **{Kind.NETWORK: "!!", Kind.REMARK: "**"},
}
_MOST_LINES = 2_000
"""Of one command's output that are shown."""
_LONGEST = 500
"""Characters of each."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was sent, seen or missed.

    Attributes
    ----------
    at : float
        Seconds since we began.
    arrow : str
        ``->`` sent, ``<-`` received, ``..`` silence, ``!!`` the network's word.
    facts : mapping of str to object
        For programs, beside `head` and `lines`.
    """

    at: float
    arrow: str
    head: str
    lines: Sequence[str] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it.

    Attributes
    ----------
    meaning : str
        What a failure most likely means and what to do; empty for a success.
    untold : int
        Events beyond those that are remembered.
    """

    reading: DeviceReading
    meaning: str
    events: Sequence[Event] = ()
    untold: int = 0


async def over_snmp(device: Device, told: Told, *, explain: bool) -> Asked:
    """Poll `device` over SNMP."""
    credentials = told.settings.snmp[str(device.snmp)]
    settings = told.settings.collectors["snmp"]
    assert isinstance(credentials, SnmpCredentials)
    assert isinstance(settings, SnmpSettings)
    transcript = Transcript() if explain else None
    async with SnmpCollector(settings, witness=transcript) as collector:
        collector.watch(_ends(told.inventory))
        reading = await collector.collect(device, credentials)
    meaning = snmp_advice.advice(
        reading.outcome,
        credentials.version,
        answered=reading.uptime is not None or len(reading.interfaces) > 0,
    )
    if transcript is None:
        return Asked(reading, meaning)
    events = list(_of_snmp(transcript, credentials))
    return Asked(reading, meaning, events, transcript.untold)


def _ends(inventory: Inventory) -> Mapping[str, Collection[str]]:
    """Return the interfaces that links end at, by device."""
    found = defaultdict[str, set[str]](set)
    for link in inventory.links.values():
        for end in (link.a, link.b):
            if end.interface:
                found[end.device].add(end.interface)
    return found


def _of_snmp(transcript: Transcript, credentials: SnmpCredentials) -> Iterator[Event]:
    user = make_user(credentials) if credentials.version == 3 else None
    for told in Explainer(credentials.community, user).tell(transcript):
        event = told.event
        host, port = event.peer
        dropped = {} if event.dropped is None else {"dropped": event.dropped.value}
        yield Event(
            *(event.at, _ARROWS[event.kind]),
            f"{host} port {port}  {told.head}",
            told.lines,
            {
                **{"what": event.kind.value, "address": host, "port": port},
                **{"octets": len(event.datagram), **dropped},
            },
        )


async def over_ssh(device: Device, told: Told, *, explain: bool) -> Asked:
    """Ask `device` over SSH."""
    # Not needed by those without a command line, and slow to import.
    from collectors.ssh.collector import SshCollector

    credentials = told.settings.ssh[str(device.ssh)]
    settings = told.settings.collectors["ssh"]
    assert isinstance(credentials, SshCredentials)
    assert isinstance(settings, SshSettings)
    began = time.monotonic()
    events: list[Event] = []

    def heard(command: str, text: str, failed: bool) -> None:
        lines = [_line(each) for each in text.splitlines()[:_MOST_LINES]]
        what = "failure" if failed else "answer"
        events.append(
            Event(
                time.monotonic() - began,
                "!!" if failed else "<-",
                f"{device.address}  {command}"
                + ("" if failed else f"  ({len(text):,} characters)"),
                lines,
                {"what": what, "command": command},
            )
        )

    async with SshCollector(settings, witness=heard if explain else None) as collector:
        reading = await collector.collect(device, credentials)
    return Asked(reading, ssh_advice.advice(reading.outcome), events)


def _line(text: str) -> str:
    """Return a line of a device's as it may be shown, indented as it is."""
    shown = text.expandtabs()[:_LONGEST]
    return "".join(c if c.isprintable() else "\ufffd" for c in shown)


def must_have(device: Device, told: Told, via: str) -> None:
    """Check that a device can be asked this way.

    Raises
    ------
    UserError
        If it has no address, or no credentials for it.
    """
    if device.address is None:
        raise UserError(
            f"collect {device.id}: the device has no address in the inventory",
            "add one: address: 192.0.2.1",
        )
    if (device.snmp if via == "snmp" else device.ssh) is None:
        known = told.settings.snmp if via == "snmp" else told.settings.ssh
        names = ", ".join(sorted(known)) or "none in the settings yet"
        raise UserError(
            f"collect {device.id}: the device has no {via.upper()} credentials",
            f"name an entry of the settings' {via} section: {via}: NAME  ({names})",
        )
