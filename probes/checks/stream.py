"""A TCP connection of a check, its phases timed, and TLS over it."""

import asyncio
import socket
import ssl
import struct
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cryptography import x509

from bellrock.model.check import Phase
from bellrock.model.observation import Outcome
from probes.checks.attempt import FAMILIES, Place, Seen, Timed, printable
from probes.failure import FailedError

LONGEST = 64 * 1024
"""Octets that are read ahead, and the longest line that is one."""

_HANDSHAKE = 2
"""How often TLS 1.2 waits for the far end, and 1.3 where it wants another key."""

_TCP_INFO = struct.Struct("68xI28xI")
"""Of ``linux/tcp.h``: the round-trip time, in microseconds, and what was sent again."""

_GOODBYE = 0.5
"""Seconds that a connection has to end in order; nobody waits for more."""


class Stream:
    """Both directions of a connection.

    Attributes
    ----------
    reader, writer
        As asyncio has them.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.seen = seen

    async def secure(self, context: ssl.SSLContext, name: str) -> ssl.SSLObject:
        """Go on over TLS, and note when the certificate expires.

        Parameters
        ----------
        name : str
            What the certificate has to be of.

        Raises
        ------
        FailedError
            If it is not one to trust, or no handshake comes about.
        """
        try:
            with self.seen.phase(Phase.TLS, waits=_HANDSHAKE):
                await self.writer.start_tls(context, server_hostname=name)
        except ssl.SSLCertVerificationError as error:
            raise UntrustedError(_why(error)) from None
        except ssl.SSLError as error:
            raise FailedError(Outcome.MISMATCH, _no_tls(error)) from None
        secured: ssl.SSLObject = self.writer.get_extra_info("ssl_object")
        self._certificate(secured)
        version, cipher = secured.version(), (secured.cipher() or ("",))[0]
        spoken = secured.selected_alpn_protocol() or "none"
        self.seen.note("**", f"{version}, {cipher}, ALPN {spoken}")
        return secured

    def _certificate(self, secured: ssl.SSLObject) -> None:
        encoded = secured.getpeercert(binary_form=True)
        if encoded is None:
            raise FailedError(Outcome.MISMATCH, "no certificate was sent")
        try:
            with warnings.catch_warnings():
                # What is odd about it and can be read all the same, such as a serial
                # number of 0, is no news for the log.
                warnings.simplefilter("ignore")
                certificate = x509.load_der_x509_certificate(encoded)
                subject = certificate.subject.rfc4514_string()
                issuer = certificate.issuer.rfc4514_string()
            self.seen.expires = certificate.not_valid_after_utc.timestamp()
        except (ValueError, TypeError, x509.InvalidVersion):
            # TypeError is of a name that is written as bits.
            raise FailedError(
                Outcome.MALFORMED, "its certificate cannot be read"
            ) from None
        until = certificate.not_valid_after_utc.strftime("%Y-%m-%d %H:%M UTC")
        self.seen.note(
            "<-", "certificate", f"of {subject}", f"by {issuer}", f"until {until}"
        )


class UntrustedError(FailedError):
    """The certificate is out of date, somebody else's, or of nobody we trust."""

    def __init__(self, detail: str) -> None:
        super().__init__(Outcome.MISMATCH, detail)


@asynccontextmanager
async def connected(place: Place, port: int, seen: Seen) -> AsyncIterator[Stream]:
    """Connect to a port of `place`; the connection ends with the context."""
    seen.note("->", f"connect to {place.address} port {port}")
    with seen.phase(Phase.CONNECT) as timed:
        reader, writer = await asyncio.open_connection(
            place.address,
            port,
            family=FAMILIES[place.family],
            flags=socket.AI_NUMERICHOST,
            limit=LONGEST,
        )
        _ask_kernel(writer, timed)
    stream = Stream(reader, writer, seen)
    try:
        yield stream
    except ssl.SSLError as error:
        # After the handshake: with TLS 1.3 a server says only then that it wants a
        # certificate of ours. The read that hears of it raises it.
        raise FailedError(
            Outcome.RESET, f"TLS was broken off: {_reason(error)}"
        ) from None
    finally:
        await _end(writer)


def _ask_kernel(writer: asyncio.StreamWriter, timed: Timed) -> None:
    """Time the handshake as the kernel did, unless its first packet was lost."""
    sock: socket.socket = writer.get_extra_info("socket")
    told = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    if len(told) < _TCP_INFO.size:
        return
    microseconds, again = _TCP_INFO.unpack(told)
    if microseconds and not again:
        timed.took(microseconds / 1e6)


async def _end(writer: asyncio.StreamWriter) -> None:
    """Close in order if the far end helps, and else all the same."""
    writer.close()
    try:
        async with asyncio.timeout(_GOODBYE):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        # Nothing hangs on it any more: what there was to learn has been learned.
        pass
    finally:
        writer.transport.abort()


async def line(reader: asyncio.StreamReader, seen: Seen) -> bytes:
    """Read one line of a protocol of lines, without its end.

    Raises
    ------
    FailedError
        If the far end stops short, or does not stop.
    """
    try:
        found = (await reader.readuntil(b"\n")).rstrip(b"\r\n")
    except asyncio.LimitOverrunError:
        raise FailedError(
            Outcome.MALFORMED, f"a line of more than {LONGEST} octets"
        ) from None
    except asyncio.IncompleteReadError as error:
        raise cut_short(error.partial) from None
    seen.note("<-", printable(found))
    return found


def cut_short(partial: bytes) -> FailedError:
    """Return the error of a far end that hung up before it had said all."""
    what = f"after {printable(partial)!r}" if partial else "without a word"
    return FailedError(Outcome.MISMATCH, f"the far end hung up {what}")


def _why(error: ssl.SSLCertVerificationError) -> str:
    """Say which of the three it is; OpenSSL's numbers are those of x509_vfy.h."""
    said = printable(error.verify_message)
    match error.verify_code:
        case 9 | 10:
            return f"certificate not valid now: {said}"
        case 62 | 64:
            return f"certificate of another name: {said}"
        case _:
            return f"certificate not trusted: {said}"


def _no_tls(error: ssl.SSLError) -> str:
    return f"no TLS handshake: {_reason(error)}"


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or "failed").replace("_", " ").lower()
