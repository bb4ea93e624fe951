"""What Linux really says of datagrams."""

import errno
import socket
import time

import pytest

from probes import kernel


def prepared() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    kernel.prepare(sock, socket.AF_INET)
    sock.bind(("127.0.0.1", 0))
    return sock


def test_a_datagram_is_stamped_between_sending_and_now() -> None:
    with prepared() as sock:
        before = time.time_ns()
        sock.sendto(b"x", sock.getsockname())
        after = time.time_ns()
        _, ancillary, _, _ = sock.recvmsg(16, kernel.ANCILLARY_SIZE)
    stamp = kernel.stamp(ancillary)
    assert stamp is not None
    assert before <= stamp <= after


def test_a_refusal_says_where_the_datagram_was_going_and_quotes_it() -> None:
    with prepared() as sock:
        with prepared() as gone:
            address = gone.getsockname()
        sock.sendto(b"a test packet", address)
        assert kernel.refusals(sock) == [
            kernel.Refused(errno.ECONNREFUSED, address, b"a test packet")
        ]
        assert kernel.refusals(sock) == []
        sock.sendto(b"x", sock.getsockname())  # nothing is left to surface here


def test_an_error_of_this_machine_is_nobodys_refusal() -> None:
    with prepared() as sock:
        with pytest.raises(OSError, match="too long"):
            sock.sendto(bytes(65_520), ("127.0.0.1", 9))
        assert kernel.refusals(sock) == []
