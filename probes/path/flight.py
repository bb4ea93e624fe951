"""Packets on their way, and which of them an answer is about."""

from collections import defaultdict, deque
from collections.abc import Iterator

from probes.path.search import Packet, RouteSearch
from probes.path.wire import COOKIE, Heard
from probes.target import Address


class Flight:
    """The packets of all searches, until their searches are over.

    Parameters
    ----------
    deadline : int
        Nanoseconds to wait for each answer.

    Attributes
    ----------
    known : dict of bytes to Packet
        By cookie.
    """

    def __init__(self, deadline: int) -> None:
        self.known: dict[bytes, Packet] = {}
        self._deadline = deadline
        self._by_search: dict[RouteSearch, list[Packet]] = defaultdict(list)
        self._by_port: dict[int, list[Packet]] = defaultdict(list)
        self._waiting: deque[Packet] = deque()

    def add(self, packet: Packet) -> None:
        """Take note of a packet that has left."""
        self.known[packet.cookie] = packet
        self._by_search[packet.search].append(packet)
        self._by_port[packet.port].append(packet)
        self._waiting.append(packet)

    def answered(self, packet: Packet) -> None:
        """Take note that a packet was answered."""
        packet.answered = True
        if not packet.lost:
            self._by_port[packet.port].remove(packet)

    def overdue(self, now: int) -> Iterator[Packet]:
        """Yield the packets whose time is over; an answer is late from now on."""
        waiting, latest = self._waiting, now - self._deadline
        while waiting and waiting[0].at <= latest:
            packet = waiting.popleft()
            if packet.answered:
                continue
            packet.lost = True
            self._by_port[packet.port].remove(packet)
            if not packet.forgotten:
                yield packet

    def forget(self, search: RouteSearch) -> None:
        """Wait for a search's packets no longer; cookies may be used again."""
        for packet in self._by_search.pop(search, ()):
            del self.known[packet.cookie]
            packet.forgotten = True

    def match(self, heard: Heard) -> Packet | None:
        """Find the packet an answer is about, by what only its way has seen of it.

        Routers may quote no more than the UDP header (RFC 792), and a reply quotes
        nothing. The kernel has seen to addresses and ports; which of a flow's packets
        it was is certain only while there is one, so from then on there is. Whatever
        was on its way when its search was broken off may be what is answered, too.
        """
        if len(heard.quoted) >= COOKIE:
            packet = self.known.get(heard.quoted[:COOKIE])
            if packet is None or packet.port != heard.port or not _to(packet, heard.to):
                return None
            return packet
        out = [each for each in self._by_port[heard.port] if _to(each, heard.to)]
        for packet in out:
            packet.search.discovery.single = True
        return out[0] if len(out) == 1 and not out[0].forgotten else None


def _to(packet: Packet, to: Address) -> bool:
    return same(packet.search.address, to)


def same(ours: Address, theirs: Address) -> bool:
    """Tell whether two addresses are one, apart from what comes back otherwise.

    IPv6's flow label and scope are filled in by the kernel.
    """
    return ours == theirs or (ours[0] == theirs[0] and ours[1] == theirs[1])
