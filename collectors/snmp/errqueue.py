"""What ICMP says of datagrams we sent, from the kernel's error queue.

A socket that is not connected learns of "port unreachable" only this way (ip(7),
``IP_RECVERR``); with it, a device that refuses is known at once and not by waiting.
"""

import errno
import os
import socket
import sys
from collections.abc import Iterator

from bellrock.model.observation import Outcome
from collectors.snmp.failure import Failure

_RECVERR = {
    socket.AF_INET: (socket.IPPROTO_IP, 11),  # IP_RECVERR, which 3.11 does not name
    socket.AF_INET6: (socket.IPPROTO_IPV6, 25),  # IPV6_RECVERR
}
_ERRNO = slice(0, 4)  # struct sock_extended_err starts with ee_errno
_OUTCOMES = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.ENETUNREACH: Outcome.UNREACHABLE,
    errno.EHOSTDOWN: Outcome.UNREACHABLE,
    errno.ENETDOWN: Outcome.UNREACHABLE,
    errno.ENONET: Outcome.UNREACHABLE,
    errno.ENOPROTOOPT: Outcome.UNREACHABLE,
    errno.EADDRNOTAVAIL: Outcome.UNREACHABLE,
    errno.EACCES: Outcome.UNREACHABLE,  # prohibited, or a broadcast address
}
_PASSING = _OUTCOMES.keys() | {errno.EMSGSIZE, errno.EPROTO}


def enable(sock: socket.socket) -> None:
    """Have the kernel queue ICMP errors for `sock`."""
    sock.setsockopt(*_RECVERR[sock.family], 1)


def is_networks(error: OSError) -> bool:
    """Whether `error` is the network's doing, and not a fault of ours."""
    return error.errno in _PASSING


def failure(number: int, peer: tuple[str, int]) -> Failure | None:
    """Return what the errno `number` means for requests to `peer`, if it ends them."""
    outcome = _OUTCOMES.get(number)
    if outcome is None:
        return None
    host, port = peer
    return Failure(outcome, f"{host} port {port}: {os.strerror(number)}")


def read(sock: socket.socket, most: int) -> Iterator[tuple[tuple[str, int], int]]:
    """Take up to `most` errors off the queue: whom we had written to, and the errno."""
    for _ in range(most):
        try:
            _, ancillary, _, peer = sock.recvmsg(1, 512, socket.MSG_ERRQUEUE)
        except BlockingIOError:
            return
        for level, kind, content in ancillary:
            if (level, kind) == _RECVERR[sock.family]:
                number = int.from_bytes(content[_ERRNO], sys.byteorder)
                yield peer[:2], number
