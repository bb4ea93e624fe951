"""Servers on loopback that do whatever a test asks, and certificates for them."""

import asyncio
import datetime
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bellrock.model.check import Attempt, CheckReading, Family
from bellrock.model.observation import Outcome
from probes.checks.attempt import Place, Seen
from probes.checks.measure import measure
from probes.checks.resolving import Resolver
from probes.checks.settings import Check
from tests.probes.harness import PATIENCE

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

LOOPBACK = {Family.IPV4: "127.0.0.1", Family.IPV6: "::1"}


def check(target: str = "127.0.0.1", **section: object) -> Check:
    """Return a check of `target` that waits two seconds at most, if not told else."""
    given = {"name": "one", "service": "some", "deadline": 2, **section}
    return Check.model_validate({**given, "target": target})


async def reading(
    checked: Check, resolver: Resolver | None = None, *, explain: bool = False
) -> CheckReading:
    return await measure(checked, resolver or Resolver(), explain=explain)


async def attempt(checked: Check, resolver: Resolver | None = None) -> Attempt:
    """Run a check of one address family."""
    (only,) = (await reading(checked, resolver)).attempts
    return only


async def outcome(checked: Check, resolver: Resolver | None = None) -> Outcome:
    return (await attempt(checked, resolver)).outcome


@asynccontextmanager
async def serving(
    handler: Handler,
    context: ssl.SSLContext | None = None,
    family: Family = Family.IPV4,
    address: str | None = None,
) -> AsyncIterator[int]:
    """Serve until the context ends, when whoever is still served is hung up on."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handler(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(
        serve, address or LOOPBACK[family], 0, ssl=context
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def hangs(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Accept, and never say a word."""
    await asyncio.Event().wait()


async def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with RST."""
    sock = writer.get_extra_info("socket")
    linger = struct.pack("ii", 1, 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def says(*words: bytes, hold: bool = False) -> Handler:
    """Return what says these words, and hangs up or does not."""

    async def handler(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for word in words:
            writer.write(word)
            await writer.drain()
        if hold:
            await asyncio.Event().wait()
        writer.write_eof() if writer.can_write_eof() else None
        await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()

    return handler


@asynccontextmanager
async def answering(
    answer: Callable[[bytes], list[bytes]],
    port: int = 0,
    family: Family = Family.IPV4,
) -> AsyncIterator[int]:
    """Answer each datagram with some."""

    class Protocol(asyncio.DatagramProtocol):
        transport: asyncio.DatagramTransport

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast("asyncio.DatagramTransport", transport)

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            for each in answer(data):
                self.transport.sendto(each, addr)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        Protocol, (LOOPBACK[family], port)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


class Turns(Seen):
    """Notes in which turn of the event loop each thing was seen."""

    def __init__(self) -> None:
        Seen.__init__(self, events=[])
        self.noted: list[tuple[str, int]] = []
        self.turn = 0

    def note(self, arrow: str, head: str, *lines: str) -> None:
        Seen.note(self, arrow, head, *lines)
        self.noted.append((head, self.turn))

    async def of(self, asking: Awaitable[Outcome]) -> Outcome:
        """Await a check, and count the turns meanwhile."""
        counting = asyncio.create_task(self._count())
        try:
            async with asyncio.timeout(PATIENCE):
                return await asking
        finally:
            counting.cancel()

    async def _count(self) -> None:
        while True:
            self.turn += 1
            await asyncio.sleep(0)


def here(port: int) -> Place:
    """Return where a server on this machine is asked."""
    target = f"http://127.0.0.1:{port}/"
    return Place(target, "127.0.0.1", "127.0.0.1", Family.IPV4, Resolver())


def closed_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket(socket.AF_INET, kind) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def resolver(folder: Path, hosts: str, servers: str = "") -> Resolver:
    """Return one that knows these hosts, and asks these servers for others."""
    (folder / "hosts").write_text(hosts)
    (folder / "resolv.conf").write_text(servers)
    return Resolver(folder / "hosts", folder / "resolv.conf")


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody who makes certificates out, in a folder."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def of(cls, folder: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate("Test CA", key.public_key(), days=3650).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        signed = made.issuer_name(_name("Test CA")).sign(key, hashes.SHA256())
        (folder / "ca.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return cls(folder, key, signed)

    @property
    def file(self) -> Path:
        return self.folder / "ca.pem"

    def context(
        self, name: str = "portal.example", *, days: float = 30
    ) -> ssl.SSLContext:
        """Return a server's context, with a certificate that lasts `days`."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key.public_key(), days=days).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
        )
        signed = made.issuer_name(self.certificate.subject).sign(
            self.key, hashes.SHA256()
        )
        file = self.folder / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    name: str, key: ec.EllipticCurvePublicKey, *, days: float
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=400))
        .not_valid_after(now + datetime.timedelta(days=days))
    )
