"""The sockets that notices come in by, and answers to informs go out by."""

import errno
import os
import socket
import sys
from collections.abc import Collection, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from bellrock.config.schema import Listen
from bellrock.model.errors import UserError
from collectors.traps.look import LARGEST

_BUFFER = 8 << 20
"""Octets of receive buffer to ask for: a storm is read from here."""
_SO_RCVBUFFORCE, _SO_RXQ_OVFL, _IP_PKTINFO = 33, 40, 8  # Linux; not named by 3.11
_ANCILLARY = socket.CMSG_SPACE(20) + socket.CMSG_SPACE(4)

Address = tuple[str, int] | tuple[str, int, int, int]
_Ancillary = Sequence[tuple[int, int, bytes]]


class Arrival(NamedTuple):
    """A datagram, whence, and what makes an answer come from where it was sent to."""

    datagram: bytes
    source: Address
    ancillary: _Ancillary


class Port:
    """One socket.

    Parameters
    ----------
    leaving : collection of Port
        Ours, that are closed as soon as this one is used: it may have their address.

    Attributes
    ----------
    overrun : int
        Datagrams that the kernel had no room for.

    Raises
    ------
    UserError
        If the address cannot be listened on.
    """

    def __init__(self, listen: Listen, leaving: Collection["Port"] = ()) -> None:
        self.overrun = 0
        self.sock: socket.socket = _listening(listen, [port.sock for port in leaving])

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()

    def receive(self) -> Arrival | None:
        """Return the next datagram, cut off after `LARGEST` + 1 octets; None if none.

        Raises
        ------
        OSError
            If the socket cannot be read, which is nobody else's fault.
        """
        try:
            data, ancillary, _, source = self.sock.recvmsg(LARGEST + 1, _ANCILLARY)
        except BlockingIOError:
            return None
        for level, kind, value in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, _SO_RXQ_OVFL):
                self.overrun = int.from_bytes(value[:4], sys.byteorder)
        return Arrival(data, source, ancillary)

    def answer(self, arrival: Arrival, datagram: bytes) -> None:
        """Send `datagram` to whom an arrival came from; it may be lost like any."""
        whence = _from_where_sent(arrival.ancillary)
        try:
            self.sock.sendmsg([datagram], whence, 0, arrival.source)
        except OSError:
            # The sender asks again, and nothing here depends on the answer.
            return


def _from_where_sent(ancillary: _Ancillary) -> _Ancillary:
    """Return what makes an answer's source the address that was written to."""
    for level, kind, value in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
            # Only the address: which interface is the routing table's to choose.
            return [(level, kind, bytes(4) + value[4:8] + bytes(4))]
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            return [(level, kind, value)]
    return []


def _listening(listen: Listen, leaving: list[socket.socket]) -> socket.socket:
    version = ip_address(listen.host).version
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        try:
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        _bind(sock, listen, leaving)
    except OSError as error:
        sock.close()
        reason = os.strerror(error.errno or 0).lower()
        raise UserError(
            f"collectors: traps: cannot listen on {listen}: {reason}",
            _instead(error.errno),
        ) from error
    return sock


def _bind(sock: socket.socket, listen: Listen, leaving: list[socket.socket]) -> None:
    """Bind beside those that are leaving: each has to allow it, for this moment."""
    several = (sock, *leaving)
    for each in several:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((listen.host, listen.port))
    finally:
        for each in several:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)


def _instead(number: int | None) -> str:
    if number == errno.EACCES:
        return (
            "run under the unit in deploy/systemd/ with its line for traps\n"
            "  (AmbientCapabilities=CAP_NET_BIND_SERVICE), or listen on a port "
            "over 1023 and have devices send there"
        )
    if number == errno.EADDRINUSE:
        return "stop what receives traps there, such as snmptrapd, or give another port"
    return "give an address of this machine"
