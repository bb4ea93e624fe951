"""Where a device is asked, as sockets have it."""

import socket
from ipaddress import ip_address

from bellrock.model.observation import Outcome
from collectors.snmp.failure import Failure

Peer = tuple[str, int]
"""Numeric address (with its zone, if any) and port."""
Sockaddr = tuple[str, int] | tuple[str, int, int, int]
"""The same as the socket module wants it for IPv4, or for IPv6."""


def resolve(host: str, port: int) -> tuple[socket.AddressFamily, Sockaddr]:
    """Return the family and socket address of a numeric address.

    Raises
    ------
    Failure
        If `host` is no numeric address, or a link-local one without its zone.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
        )[0]
    except (socket.gaierror, UnicodeError):
        raise Failure(
            Outcome.UNRESOLVED, f"{host} is no IPv4 or IPv6 address"
        ) from None
    if family == socket.AF_INET:
        return family, (str(address[0]), port)
    zone = int(address[-1])
    if not zone and ip_address(host).is_link_local:
        raise Failure(
            Outcome.UNREACHABLE,
            f"{host} is link-local: name the interface, as in {host}%eth0",
        )
    return family, (str(address[0]), port, 0, zone)
