"""A TWAMP-Light session-reflector, from RFC 5357 alone (section 4.2, appendix I).

It knows nothing of STAMP: a session is nothing to it, what follows the sender's 14
octets is padding, and it keeps a count of its own or copies the sender's number.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_UNIX_TO_NTP = 2208988800


def ntp(seconds: float) -> bytes:
    """Write a time as RFC 1305 does: 32 bits of seconds and 32 of fractions."""
    whole = int(seconds)
    return (whole + _UNIX_TO_NTP).to_bytes(4, "big") + int(
        (seconds - whole) * 4294967296
    ).to_bytes(4, "big")


def respond(packet: bytes, number: int, ttl: int, *, padded: bool) -> bytes:
    """Build the unauthenticated test packet of section 4.2.1.

    Parameters
    ----------
    padded : bool
        Send the sender's padding back with its last 27 octets trimmed, so that both
        directions carry as much; otherwise nothing behind the 41 octets.
    """
    received = ntp(time.time())
    sequence, timestamp, estimate = packet[0:4], packet[4:12], packet[12:14]
    padding = packet[14:-27] if padded else b""
    return b"".join(
        (
            number.to_bytes(4, "big"),
            ntp(time.time()),
            b"\x80\x01",
            b"\x00\x00",
            received,
            sequence,
            timestamp,
            estimate,
            b"\x00\x00",
            ttl.to_bytes(1, "big"),
            padding,
        )
    )


@contextmanager
def twamp_light(*, padded: bool, counts: bool) -> Iterator[int]:
    """Run one on a free port of loopback, in a thread of its own; yields the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            seen = 0
            while not over.is_set():
                try:
                    packet, sender = sock.recvfrom(9000)
                except TimeoutError:
                    continue
                number = seen if counts else int.from_bytes(packet[0:4], "big")
                seen += 1
                sock.sendto(respond(packet, number, 255, padded=padded), sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            port: int = sock.getsockname()[1]
            yield port
        finally:
            over.set()
            thread.join()
