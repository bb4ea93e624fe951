"""What the error number of a packet means: the network's doing, or this machine's."""

import errno
import os

from bellrock.model.observation import Outcome

# The last two are WireGuard's words: no peer has that address, or its end is not known.
NO_WAY_THERE = frozenset(
    {
        *(errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN),
        *(errno.ENOKEY, errno.EDESTADDRREQ),
    }
)

# Said by this machine of its own buffers, firewall or address family, or of an
# address nothing can be sent to: the packet never was, and is nobody's loss.
_OURS = frozenset(
    {
        *(errno.EAGAIN, errno.ENOBUFS, errno.EPERM, errno.EACCES, errno.EINVAL),
        *(errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT),
    }
)

FROM_AFAR = NO_WAY_THERE | {
    *(errno.ECONNREFUSED, errno.EMSGSIZE, errno.EPROTO, errno.EACCES),
    *(errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.ECONNRESET),
}
"""What an ICMP error about an earlier packet may surface as."""


def told(number: int, port: int) -> Outcome:
    """Return how a packet ended that an ICMP error is about.

    Parameters
    ----------
    number : int
        The error's errno.
    port : int
        Where the packet was for; 0 for protocols without ports, whose packets nobody
        can refuse.
    """
    if number == errno.ECONNREFUSED and port:
        return Outcome.REFUSED
    if number == errno.EMSGSIZE:
        return Outcome.TOO_BIG
    return Outcome.UNREACHABLE


def unsent(number: int) -> Outcome | None:
    """Return how a packet ended that could not leave; None where it is nobody's loss.

    Raises
    ------
    OSError
        If it is a fault of our own, such as a closed socket.
    """
    if number in NO_WAY_THERE:
        return Outcome.UNREACHABLE
    if number == errno.EMSGSIZE:
        return Outcome.TOO_BIG
    if number in _OURS or number in FROM_AFAR:
        return None
    raise OSError(number, os.strerror(number))
