"""All packets of all searches over the sockets of all flows, there and back."""

import socket
from collections.abc import Iterator
from functools import lru_cache

from probes.clock import SECOND, Clock, nanoseconds
from probes.path.flight import Flight
from probes.path.ports import Ports
from probes.path.search import Packet
from probes.path.settings import PathProbe
from probes.path.wire import COOKIE, Heard
from probes.timing import round_trip, stepped

_HEADERS: dict[int, int] = {socket.AF_INET: 28, socket.AF_INET6: 48}
_LOOKS = 2
_ZEROS = memoryview(bytes(65_535))


class Line:
    """What sends packets, hears what comes back, and says which packet it is about.

    Parameters
    ----------
    dscp : int
        What packets are marked with.
    """

    def __init__(self, probe: PathProbe, clock: Clock, *, dscp: int) -> None:
        self.ports = Ports(probe, dscp=dscp)
        self.flight = Flight(nanoseconds(probe.deadline))
        self._clock = clock
        self._offset = clock.offset()
        self._steady = True
        self._used: set[int] = set()
        self._heard: list[Heard] = []

    def send(self, packet: Packet) -> int:
        """Send a packet; return 0, or the errno of why it has not left."""
        search, flight = packet.search, self.flight
        to = search.address
        port = self.ports.of(search.family, search.ports[packet.ask.flow])
        packet.port = port.number
        if packet.port in self._used:
            # What has come back to it by now would only be in the way of sending.
            self._heard += port.surfacing()
        self._used.add(packet.port)
        cookie = port.cookie(to)
        while cookie in flight.known:
            cookie = port.cookie(to)
        packet.cookie = cookie
        fill = _fill(search.family, packet.size)
        packet.at = self._clock.monotonic()
        number = port.send(to, packet.ask.ttl, cookie, fill)
        if not number:
            flight.add(packet)
        return number

    def hear(self) -> None:
        """Read what has come to all sockets."""
        offset = self._clock.offset()
        self._steady = not stepped(self._offset, offset)
        self._offset = offset
        self._used.clear()
        # Mostly the second time nobody has anything left to say.
        for _ in range(_LOOKS):
            for ear, replies in self.ports.ready():
                self._heard += ear.heard()
                if replies:
                    self._heard += ear.replies()

    def answers(self) -> Iterator[tuple[Packet | None, Heard, float | None]]:
        """Yield what was read: the packet it answers, what it is, and the delay.

        The packet is None where it answers none of ours, the delay in seconds, None
        where no clock tells it.
        """
        came, self._heard = self._heard, []
        latest = self._clock.monotonic() if came else 0
        for heard in came:
            packet = self.flight.match(heard)
            if packet is None:
                self.ports.guessed(heard)
                yield None, heard, None
            else:
                yield packet, heard, self._delay(packet, heard, latest)

    def close(self) -> None:
        """Give all sockets back."""
        self.ports.close()

    def _delay(self, packet: Packet, heard: Heard, latest: int) -> float | None:
        if heard.stamp is None or not self._steady:
            return None
        trip = round_trip(packet.at, heard.stamp - self._offset.value, latest, 0)
        return None if trip is None else trip / SECOND


@lru_cache(maxsize=4_096)
def _fill(family: int, size: int) -> memoryview:
    """Return what follows the cookie in a packet of so many bytes with all headers."""
    return _ZEROS[: max(0, size - _HEADERS[family] - COOKIE)]
