"""What is read of the sockets at one look."""

import contextlib
import socket

from probes.clock import Clock
from probes.path.line import Line
from probes.path.settings import PathProbe
from probes.path.wire import Port

_MORE = 10


def test_all_that_came_is_read_at_one_look_though_it_is_more_than_was_sent() -> None:
    """As where a router answers twice, or somebody forges answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()
    line = Line(PathProbe(), Clock(), dscp=0)
    try:
        port = line.ports.of(socket.AF_INET, 0)
        assert isinstance(port, Port)
        for _ in range(_MORE):
            # Past the port's own count; what surfaces is about the one before.
            with contextlib.suppress(ConnectionRefusedError):
                port.sock.sendto(b"", nobody)
            with contextlib.suppress(ConnectionRefusedError):
                port.sock.sendto(b"", nobody)
        assert port.send(nobody, 64, bytes(8)) == 0
        line.hear()
        # How many a kernel sends is rationed; what it did send is all there.
        assert len(list(line.answers())) > 1
        line.hear()
        assert list(line.answers()) == []
    finally:
        line.close()
