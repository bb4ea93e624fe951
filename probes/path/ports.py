"""The sockets of all flows, which all targets share: opened as flows are needed."""

import errno
import secrets
import select
import socket
from collections.abc import Iterator

from probes.path.settings import PathProbe
from probes.path.syn import Raw, SynPort
from probes.path.wire import Heard, Port
from probes.target import Address

_NUMBERS = range(40_000, 60_000)


class Ports:
    """Source ports by address family and flow, the same for as long as they are open.

    Routers that balance by flow then send the flows of the next route the same ways.

    Parameters
    ----------
    dscp : int
        What packets are marked with.
    """

    def __init__(self, probe: PathProbe, *, dscp: int) -> None:
        self._probe = probe
        self._dscp = dscp
        self._open: dict[int, list[Port | SynPort]] = {
            socket.AF_INET: [],
            socket.AF_INET6: [],
        }
        self._raws: dict[int, Raw] = {}
        self._ears: dict[int, Port | Raw] = {}
        self._poll = select.epoll()
        first = secrets.choice(_NUMBERS[: -2 * probe.flows])
        self._left = iter([*range(first, _NUMBERS.stop), *range(_NUMBERS.start, first)])

    def numbers(self, family: int) -> list[int]:
        """Return the ports that are open, by flow."""
        return [port.number for port in self._open[family]]

    def of(self, family: int, flow: int) -> Port | SynPort:
        """Return the port of a flow.

        Raises
        ------
        UserError
            Where TCP is asked for, and the privilege is not there.
        OSError
            EAFNOSUPPORT where the machine lacks the address family, EADDRINUSE where
            no port is free.
        """
        ports = self._open[family]
        while len(ports) <= flow:
            port = self._next(family)
            ear = port.ear
            handle = ear.fileno()
            if handle not in self._ears:
                self._ears[handle] = ear
                self._poll.register(handle, select.EPOLLIN)
            ports.append(port)
        return ports[flow]

    def renew(self, family: int, address: Address) -> None:
        """Open the first port; see which of our addresses a target is reached from."""
        self.of(family, 0)
        if family in self._raws:
            self._raws[family].renew(address)

    def interface_mtu(self, family: int, address: Address) -> int | None:
        """Ask a socket of its own, so that no other search's answers are lost."""
        port = Port(family, 0, dscp=self._dscp)
        try:
            return port.interface_mtu(address)
        finally:
            port.close()

    def ready(self) -> Iterator[tuple[Port | Raw, bool]]:
        """Yield what there is something to hear at, and whether it is replies too."""
        for handle, events in self._poll.poll(0):
            yield self._ears[handle], bool(events & select.EPOLLIN)

    def guessed(self, heard: Heard) -> None:
        """Take note of an answer that was to none of our packets."""
        for raw in self._raws.values():
            raw.guessed(heard)

    def close(self) -> None:
        """Give all sockets back."""
        for ports in self._open.values():
            for port in ports:
                port.close()
            ports.clear()
        for raw in self._raws.values():
            raw.close()
        self._poll.close()

    def _next(self, family: int) -> Port | SynPort:
        for number in self._left:
            try:
                return self._at(family, number)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.EADDRINUSE, "no port is free")

    def _at(self, family: int, number: int) -> Port | SynPort:
        if self._probe.method == "udp":
            return Port(family, number, dscp=self._dscp)
        if family not in self._raws:
            port = self._probe.destination
            self._raws[family] = Raw(family, port, dscp=self._dscp)
        return SynPort(self._raws[family], family, number)
