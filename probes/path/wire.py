"""Datagrams with a time to live each, and what ICMP says of them; no privilege needed.

An ordinary UDP socket with IP_RECVERR is told of the ICMP errors about its own
datagrams, and of nobody else's: who complained, of what kind, and the payload as far
as it was quoted. The kernel has matched addresses and ports by then.
"""

import errno
import secrets
import socket
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from probes import kernel
from probes.path.mpls import labels
from probes.target import Address

# linux/in.h, linux/in6.h, linux/errqueue.h: not in `socket` on 3.11.
_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER, _PROBE = 10, 23, 3
_IPV6_DONTFRAG = 62
_RECVERR = {(socket.IPPROTO_IP, 11), (socket.IPPROTO_IPV6, 25)}
_IP_RECVERR_RFC4884, _IPV6_RECVERR_RFC4884 = 26, 31
_ERROR = struct.Struct("=IBBBBIHBx")
_LOCAL, _ICMP, _ICMP6 = 1, 2, 3
_INT = struct.Struct("@i")

TTL: dict[int, list[list[tuple[int, int, bytes]]]] = {
    family: [[(level, option, _INT.pack(ttl))] for ttl in range(256)]
    for family, level, option in (
        (socket.AF_INET, socket.IPPROTO_IP, socket.IP_TTL),
        (socket.AF_INET6, socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT),
    )
}
"""By address family: what to send beside a packet to have it live for so many hops."""

QUOTE, ANCILLARY = 1_280, 512
"""Bytes to leave room for: of a packet as quoted, and of what is told beside it."""

COOKIE = 8
"""Bytes at the beginning of our payload that tell a packet from all others."""

_COOKIES = 32
_MOST_AT_ONCE = 256
_ATTEMPTS = 3

_OVERSIZE = 65_507


class Heard(NamedTuple):
    """What came back at a port.

    Attributes
    ----------
    port : int
        Which of ours.
    to : tuple
        Where our datagram was going; of a reply, who sent it.
    offender : str or None
        Who sent the ICMP error; None of a reply by the target's own application.
    type, code : int
        Of the ICMP error; of a reply by TCP its flags, and otherwise 0.
    mtu : int
        Next hop's MTU in bytes, where it is the reason.
    quoted : bytes
        Our payload, as far as it was quoted; of a reply, nothing. By TCP what we sent
        from its ports on; of a reply, as far as it tells that.
    stamp : int or None
        When the kernel received it; nanoseconds since 1970.
    labels : tuple of int
        MPLS label stack, where the router told.
    """

    port: int
    to: Address
    offender: str | None
    type: int
    code: int
    mtu: int
    quoted: bytes
    stamp: int | None
    labels: tuple[int, ...]


class Port:
    """A UDP socket bound to one source port: one flow to every target.

    Raises
    ------
    OSError
        EAFNOSUPPORT where the machine lacks the address family, EADDRINUSE where the
        port is taken.
    """

    def __init__(self, family: int, number: int, *, dscp: int) -> None:
        self.number = number
        self.ear = self
        self._unheard = 0
        self._random: list[bytes] = []
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self._ancillary = TTL[family]
        try:
            kernel.prepare(self.sock, family, dscp=dscp)
            if family == socket.AF_INET6:
                self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            undivided(self.sock, family)
            labelled(self.sock, family)
            self.sock.bind(("", number))
        except OSError:
            self.sock.close()
            raise

    def fileno(self) -> int:
        """Return what to wait at."""
        return self.sock.fileno()

    def cookie(self, to: Address) -> bytes:  # noqa: ARG002 (one to any target will do)
        """Return what tells a packet: 64 random bits that begin its payload."""
        if not self._random:
            pool = secrets.token_bytes(COOKIE * _COOKIES)
            starts = range(0, len(pool), COOKIE)
            self._random = [pool[at : at + COOKIE] for at in starts]
        return self._random.pop()

    def send(self, to: Address, ttl: int, *payload: bytes | memoryview) -> int:
        """Send a datagram that may not be divided; return 0, or the errno of why not.

        An ICMP error about an earlier datagram surfaces in this call too, in place of
        sending: that error is in the queue, and is not this datagram's.
        """
        ancillary = self._ancillary[ttl]
        number = 0
        for _ in range(_ATTEMPTS):
            try:
                self.sock.sendmsg(payload, ancillary, 0, to)
            except OSError as error:
                number = error.errno or errno.EIO
                if number not in SURFACING:
                    return number
            else:
                self._unheard += 1
                return 0
        return number

    def heard(self) -> list[Heard]:
        """Return what ICMP said since.

        As many as we sent are read without a look whether there is one more. Whatever
        is left then is more than we asked for, makes the socket ready again, and is
        read to its end: doubled or forged answers must not keep back the others.
        """
        found: list[Heard] = []
        for _ in range(min(_MOST_AT_ONCE, self._unheard or _MOST_AT_ONCE)):
            try:
                data, ancillary, _, to = self.sock.recvmsg(
                    QUOTE, ANCILLARY, kernel.MSG_ERRQUEUE
                )
            except BlockingIOError:
                break
            heard = told(data, ancillary, to, self.number)
            if heard is not None:
                found.append(heard)
        # Of one datagram, or of a forged one, more may be said than was sent.
        self._unheard = max(0, self._unheard - len(found))
        return found

    def surfacing(self) -> list[Heard]:
        """Return what would be told in place of sending; see :meth:`send`."""
        return self.heard()

    def replies(self) -> Iterator[Heard]:
        """Yield what applications answered, until there is no more."""
        for _ in range(_MOST_AT_ONCE):
            try:
                _, ancillary, _, source = self.sock.recvmsg(16, ANCILLARY)
            except BlockingIOError:
                return
            except OSError as error:
                # What is surfacing was in the queue of errors.
                if error.errno not in SURFACING:
                    raise
                continue
            stamp = kernel.stamp(ancillary)
            yield Heard(self.number, source, None, 0, 0, 0, b"", stamp, ())

    def interface_mtu(self, to: Address) -> int | None:
        """Return the MTU of the interface that leads to an address, if there is one.

        The kernel says so when it is asked to send more than any interface takes; of
        that nothing leaves the machine.
        """
        self.send(to, 1, bytes(_OVERSIZE))
        found = None
        for _ in range(_MOST_AT_ONCE):
            try:
                _, ancillary, _, _ = self.sock.recvmsg(0, ANCILLARY, 0x2000)
            except BlockingIOError:
                break
            for level, kind, value in ancillary:
                if (level, kind) in _RECVERR:
                    number, origin, *_, mtu, _, _ = _ERROR.unpack_from(value)
                    if origin == _LOCAL and number == errno.EMSGSIZE:
                        found = int(mtu)
        return found

    def close(self) -> None:
        """Give the port back."""
        self.sock.close()


SURFACING = {
    *(errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EMSGSIZE, errno.EPROTO),
    *(errno.ENETUNREACH, errno.ENOPROTOOPT, errno.EACCES, errno.EHOSTDOWN),
    *(errno.EOPNOTSUPP, errno.ECONNRESET, errno.ENONET),
}
"""What an ICMP error is as an errno, when it is told in place of something else."""


def undivided(sock: socket.socket, family: int) -> None:
    """Have a socket's packets go whole or not at all, whatever the path's MTU."""
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _PROBE)
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_DONTFRAG, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _PROBE)


def labelled(sock: socket.socket, family: int) -> None:
    """Have the kernel say where a router's MPLS labels are, if it can."""
    if family == socket.AF_INET6:
        _if_known(sock, socket.IPPROTO_IPV6, _IPV6_RECVERR_RFC4884)
    else:
        _if_known(sock, socket.IPPROTO_IP, _IP_RECVERR_RFC4884)


def _if_known(sock: socket.socket, level: int, option: int) -> None:
    """Set what only kernels from 5.9 on know: where MPLS labels begin."""
    try:
        sock.setsockopt(level, option, 1)
    except OSError as error:
        if error.errno not in (errno.ENOPROTOOPT, errno.EINVAL):
            raise


@lru_cache(maxsize=4096)
def _text(raw: bytes) -> str:
    """Write an address that came as 4 or 16 bytes."""
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


def told(
    data: bytes, ancillary: kernel.Ancillary, to: Address, port: int
) -> Heard | None:
    """Read an entry of the error queue; None unless ICMP is the reason for it."""
    error, stamp = b"", None
    for level, kind, value in ancillary:
        if kind == kernel.SO_TIMESTAMPNS and level == socket.SOL_SOCKET:
            stamp = kernel.moment(value)
        elif (level, kind) in _RECVERR:
            error = value
    if len(error) < _ERROR.size:
        return None
    _, origin, what, code, _, mtu, start, _ = _ERROR.unpack_from(error)
    if origin == _ICMP:
        raw = error[_ERROR.size + 4 : _ERROR.size + 8]
    elif origin == _ICMP6:
        raw = error[_ERROR.size + 8 : _ERROR.size + 24]
    else:
        return None
    stack = labels(data[start:]) if start else ()
    return Heard(port, to, _text(raw), what, code, mtu, data, stamp, stack)
