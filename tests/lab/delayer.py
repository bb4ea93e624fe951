"""Hold packets back for a time: ``delayer.py QUEUE SECONDS``, in a node's network.

In place of netem, which many kernels are built without. Packets that a rule sends to
a queue of the kernel's (NFQUEUE; <linux/netfilter/nfnetlink_queue.h>) are let go in
the order they came, each after the delay. Fails open: without us they pass at once.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Iterator

_NETLINK_NETFILTER, _SOL_NETLINK, _NO_ENOBUFS, _RCVBUFFORCE = 12, 270, 5, 33
_SUBSYSTEM = 3 << 8
_PACKET, _VERDICT, _CONFIG = 0, 1, 2
_REQUEST, _ACK = 1, 4
_ACCEPT = 1
_QUEUE_LENGTH = 20_000
_COMMAND_BIND, _COPY_META, _FAIL_OPEN = 1, 1, 1
_HEADER = struct.Struct("=IHHII")


def _attribute(number: int, value: bytes) -> bytes:
    length = 4 + len(value)
    return struct.pack("=HH", length, number) + value + bytes(-length % 4)


def _message(kind: int, flags: int, queue: int, body: bytes) -> bytes:
    length = _HEADER.size + 4 + len(body)
    header = _HEADER.pack(length, _SUBSYSTEM | kind, flags, 0, 0)
    return header + struct.pack("!BBH", 0, 0, queue) + body


def _packets(datagram: bytes) -> Iterator[int]:
    """Yield the ids of the packets that a datagram of the kernel's tells of."""
    offset = 0
    while offset + _HEADER.size <= len(datagram):
        length, kind, *_ = _HEADER.unpack_from(datagram, offset)
        if kind == _SUBSYSTEM | _PACKET:
            # After the headers, the first attribute is the packet's header.
            yield struct.unpack_from("!I", datagram, offset + 24)[0]
        offset += (length + 3) & ~3


def _open(queue: int) -> socket.socket:
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
    sock.bind((0, 0))
    sock.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, 8 << 20)
    sock.setsockopt(_SOL_NETLINK, _NO_ENOBUFS, 1)
    for body in (
        _attribute(1, struct.pack("!BxH", _COMMAND_BIND, socket.AF_INET)),
        _attribute(2, struct.pack("!IB", 0, _COPY_META)),
        _attribute(3, struct.pack("!I", _QUEUE_LENGTH)),
        _attribute(5, struct.pack("!I", _FAIL_OPEN))
        + _attribute(4, struct.pack("!I", _FAIL_OPEN)),
    ):
        sock.send(_message(_CONFIG, _REQUEST | _ACK, queue, body))
        (error,) = struct.unpack_from("=i", sock.recv(65_536), _HEADER.size)
        if error:
            raise OSError(-error, "the kernel refuses the queue")
    sock.setblocking(False)
    return sock


def main(queue: int, delay: float) -> None:
    """Delay the queue's packets until killed."""
    loop = asyncio.new_event_loop()
    sock = _open(queue)

    def let_go(packet: int) -> None:
        body = _attribute(2, struct.pack("!II", _ACCEPT, packet))
        sock.send(_message(_VERDICT, _REQUEST, queue, body))

    def read() -> None:
        while True:
            try:
                datagram = sock.recv(65_536)
            except BlockingIOError:
                return
            for packet in _packets(datagram):
                loop.call_later(delay, let_go, packet)

    loop.add_reader(sock, read)
    loop.run_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
