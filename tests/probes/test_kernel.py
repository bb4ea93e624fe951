"""What Linux really says of datagrams."""

import socket
import time

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


def test_what_found_the_socket_full_is_counted_once() -> None:
    with prepared() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        assert kernel.memory(sock).dropped == 0
        for _ in range(50):
            sock.sendto(bytes(1_000), sock.getsockname())
        kept = 0
        try:
            while sock.recv(2_048):
                kept += 1
        except BlockingIOError:
            assert kernel.memory(sock).dropped == 50 - kept > 0
