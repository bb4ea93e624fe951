"""Whom to probe: devices of the inventory by id, and whatever else has an address."""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bellrock.document.suggest import choices
from bellrock.model.errors import UserError
from bellrock.model.inventory import Device
from bellrock.runtime.told import Told

_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_PORT = re.compile(r":[0-9]{1,5}$")


@dataclass(frozen=True, slots=True)
class Place:
    """One target of the command line.

    Attributes
    ----------
    name : str
        As it was written: a device's id, a host name or an address.
    address : str
        Where that is; always numeric.
    device : Device or None
        Where the inventory has it.
    """

    name: str
    address: str
    device: Device | None = None


def told(config: Path | None, inventory: Path | None) -> Told | None:
    """Read settings and inventory; None where there are none to read.

    Raises
    ------
    UserError
        If they are wrong.
    """
    default = Path("bellrock.yaml")
    if config is None and inventory is None:
        if not default.exists():
            return None
        config = default
    return Told.read(config, inventory)


def places(
    kind: str,
    targets: Sequence[str],
    known: Told | None,
    *,
    only_v4: bool = False,
    only_v6: bool = False,
) -> list[Place]:
    """Find where each target is, once for each that was named.

    Parameters
    ----------
    kind : str
        Of the probe, to say in errors.

    Raises
    ------
    UserError
        If some have no address, or none of the family that is asked for: it names all.
    """
    if only_v4 and only_v6:
        raise UserError(
            f"probe {kind}: -4 and -6 leave nothing",
            "give one of them; without both a name's first address is taken",
        )
    version = 4 if only_v4 else 6 if only_v6 else None
    found: list[Place] = []
    wrong: list[UserError] = []
    for name in dict.fromkeys(targets):
        try:
            found.append(_place(kind, name, known, version))
        except UserError as error:
            wrong.append(error)
    if wrong:
        # All of them, or who has a list of hundreds would mend it name by name.
        *others, last = wrong
        raise UserError("\n".join([*map(str, others), last.what]), last.instead)
    return found


def _place(kind: str, name: str, known: Told | None, version: int | None) -> Place:
    device = None if known is None else known.inventory.devices.get(name)
    if device is not None and device.address is None:
        raise UserError(
            f"probe {kind} {name}: the device has no address in the inventory",
            "add one: address: 192.0.2.1",
        )
    host = name if device is None or device.address is None else device.address
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return Place(name, _resolved(kind, name, known, version), device)
    if version not in (None, found.version):
        raise UserError(
            f"probe {kind} {name}: {host} is not IPv{version}",
            f"leave -{version} out, or name one that is",
        )
    return Place(name, host, device)


def _resolved(kind: str, name: str, known: Told | None, version: int | None) -> str:
    family = _FAMILIES.get(version or 0, socket.AF_UNSPEC)
    try:
        found = socket.getaddrinfo(name, None, family, socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a host name"
        devices = {} if known is None else known.inventory.devices
        if _PORT.search(name) and kind != "icmp":
            instead = "give the port apart, with --port"
        elif devices:
            instead = choices(name, devices, "devices")
        else:
            instead = "name a host or an address, or say where devices are with -c FILE"
        raise UserError(
            f"probe {kind} {name}: does not resolve: {why}", instead
        ) from None
    return str(found[0][4][0])
