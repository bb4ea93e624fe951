"""What a probe is pointed at."""

import ipaddress
import socket
import struct
from dataclasses import dataclass

Address = tuple[str, int] | tuple[str, int, int, int]
"""A socket address of IPv4, or of IPv6 with flow and scope."""


@dataclass(frozen=True, slots=True)
class Target:
    """A device to measure the path to.

    Attributes
    ----------
    id : str
        Id of the device; what reports are labelled with.
    address : str
        IPv4 or IPv6 address, never a name: nothing here waits for a resolver.
    port : int or None
        UDP port where the probe has one and it is not the standard one.
    """

    id: str
    address: str
    port: int | None = None


def resolve(address: str, port: int) -> tuple[int, Address]:
    """Return the address family and the socket address of a written address.

    Raises
    ------
    socket.gaierror
        If `address` is not a numeric address, or names an unknown interface.

    Examples
    --------
    >>> resolve("127.0.0.1", 862)[1]
    ('127.0.0.1', 862)
    """
    try:
        # getaddrinfo alone would take "127.1", or "127.0.0.1" before a NUL.
        ipaddress.ip_address(address)
    except ValueError as error:
        raise socket.gaierror(socket.EAI_NONAME, "not an address") from error
    numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    found = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM, flags=numeric)
    family, _, _, _, place = found[0]
    if len(place) == 2:
        return family, (str(place[0]), int(place[1]))
    host, number, flow, scope = place
    if not ipaddress.IPv6Address(host.partition("%")[0]).is_link_local:
        # The kernel names no interface in answers from an address that needs none.
        scope = 0
    return family, (str(host), int(number), int(flow), int(scope))


def socket_address(family: int, address: Address) -> bytes:
    """Return an address as the kernel writes it (``struct sockaddr_in``, ``_in6``).

    Examples
    --------
    >>> socket_address(socket.AF_INET, ("192.0.2.1", 862))[2:8].hex()
    '035ec0000201'
    """
    host = socket.inet_pton(family, address[0].partition("%")[0])
    start = struct.pack("=H", family) + struct.pack("!H", address[1])
    if len(address) == 2:
        return start + host + bytes(8)
    return start + struct.pack("!I", address[2]) + host + struct.pack("=I", address[3])
