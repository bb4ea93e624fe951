"""The simulated services: what people use in Caledonia, to be checked over loopback.

Each is a server of its protocol like any other; those of one datagram each way are in
:mod:`bellrock.demo.datagrams`. It stands behind a device of the network, and is as far
away, and as cut off, as that is.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

Distance = Callable[[str], float | None]
"""Draws the round trip to a device, seconds; None where nothing gets through."""
Where = tuple[str, int]
_Speak = Callable[
    [str, asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]
]

_PAGE = b"ready\n"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
_LONGEST_REQUEST = 8192
_BANNER = b"CALEDONIA DISPATCH\r\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is.

    Attributes
    ----------
    device : str
        Behind which device of the network.
    where : (str, int)
        Address and port on loopback.
    """

    device: str
    where: Where


PLACES: Mapping[str, Place] = {
    "patient-records": Place("edinburgh-dc-gw1", ("127.80.0.1", 16443)),
    "library-catalogue": Place("glasgow-dc-gw1", ("127.80.0.2", 16443)),
    "schools-portal": Place("inverness-dataroom-cpe1", ("127.80.0.3", 16080)),
    "dispatch": Place("glasgow-dc-gw2", ("127.80.0.4", 16060)),
    "dispatch-clock": Place("edinburgh-dc-gw2", ("127.80.0.5", 16123)),
    "telephony": Place("edinburgh-dc-gw1", ("127.80.0.6", 16053)),
}
"""By the name of the check that asks there."""

SLOW = "patient-records"
"""The one that the story makes slow."""

_DAYS = {"patient-records": 200.0, "library-catalogue": 12.5}
"""Until the certificates end: one within the three weeks at which a ticket is due."""


def prepare(folder: Path) -> Path:
    """Write the services' certificates; return the file that checks have to trust."""
    # Imported where it is used: every command reads this module, and one makes any out.
    from bellrock.demo.certificates import AUTHORITY, issue

    addresses = {name: PLACES[name].where[0] for name in _DAYS}
    issue(folder, addresses, _DAYS)
    return folder / AUTHORITY


class Services:
    """Every simulated service that speaks over a connection.

    Parameters
    ----------
    folder : Path
        With the certificates that :func:`prepare` wrote.
    """

    def __init__(self, distance: Distance, folder: Path) -> None:
        self.slowness = 0.0
        self._distance = distance
        self._folder = folder
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Listen.

        Raises
        ------
        OSError
            If a port is taken; `filename` is the ``address:port``.
        """
        for name, speak in (
            ("patient-records", self._page),
            ("library-catalogue", self._page),
            ("schools-portal", self._page),
            ("dispatch", self._banner),
        ):
            address, port = PLACES[name].where
            try:
                sock = socket.create_server((address, port))
            except OSError as error:
                where = f"{address}:{port}"
                raise OSError(error.errno, error.strerror, where) from None
            sock.setblocking(False)
            self._begin(self._accept(name, sock, speak))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, name: str, listening: socket.socket, speak: _Speak) -> None:
        context = None
        if name in _DAYS:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._folder / f"{name}.pem")
        while True:
            sock, _ = await self._loop.sock_accept(listening)
            self._begin(self._serve(name, sock, context, speak))

    async def _serve(
        self,
        name: str,
        sock: socket.socket,
        context: ssl.SSLContext | None,
        speak: _Speak,
    ) -> None:
        # Whoever asked may hang up at any time, and does when it has waited enough.
        with sock, suppress(OSError, EOFError, asyncio.LimitOverrunError):
            distance = self._distance(PLACES[name].device)
            if distance is None:
                # This machine's kernel agreed on the connection; nobody is behind it.
                while await self._loop.sock_recv(sock, _LONGEST_REQUEST):
                    pass
                return
            await asyncio.sleep(distance)
            reader = asyncio.StreamReader(limit=_LONGEST_REQUEST)
            protocol = asyncio.StreamReaderProtocol(reader)
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol, sock.dup(), ssl=context
            )
            writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
            try:
                await speak(name, reader, writer)
            finally:
                writer.close()

    async def _page(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if name == SLOW:
            await asyncio.sleep(self.slowness)
        length = f"Content-Length: {len(_PAGE)}\r\n\r\n".encode()
        writer.write(_HEAD + length + _PAGE)
        await writer.drain()

    async def _banner(
        self, _: str, __: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(_BANNER)
        await writer.drain()
