"""HTTP for Prometheus and for whoever supervises the process.

``/metrics`` is what we know, ``/healthz`` whether the process works at all (restart it
if not), ``/readyz`` whether its first analysis is done (send it readers if so).
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from typing import Protocol

import uvicorn
from isal import isal_zlib
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from bellrock.config import Listen
from bellrock.export.exposition import Family, pieces
from bellrock.model.errors import UserError

PATIENCE = 10.0
"""Seconds a connection may take to send its request."""

_AT_A_TIME = 400_000
"""Characters that are rendered before others have their turn: some 5 ms."""
_LINES = 256
"""Lines, or histograms, that are put together at once."""

_GZIP = 16 + 15
"""What asks zlib for gzip's format, with its largest window."""

_INDEX = "Bellrock\n\n/metrics  for Prometheus\n/healthz  alive?\n/readyz   ready?\n"


def application(
    families: Callable[[], Iterable[Family]],
    ready: Callable[[], bool],
    refreshing: Callable[[], Iterable[None]] = tuple,
) -> Starlette:
    """Build the ASGI application.

    Parameters
    ----------
    families : callable
        Called on each scrape, on the event loop: every family as of now.
    ready : callable
        Whether the first analysis has been published.
    refreshing : callable
        Called before: what has to be worked out for it, in steps between which others
        have their turn.
    """
    ours = CollectorRegistry()
    ProcessCollector(registry=ours)
    GCCollector(registry=ours)

    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        openmetrics = content_type.startswith("application/openmetrics-text")
        headers = {"content-type": content_type, "vary": "accept, accept-encoding"}
        pack: _Pack = _Plain()
        if _accepts_gzip(request.headers.get("accept-encoding", "")):
            # Level 1 of isal: 1/100 of the CPU time of zlib's level 9 for about 1.3
            # times the bytes, on a link that is nearly always local.
            pack = isal_zlib.compressobj(1, isal_zlib.DEFLATED, _GZIP)
            headers["content-encoding"] = "gzip"
        for _ in refreshing():
            await asyncio.sleep(0)
        body = [
            pack.compress(text.encode())
            async for text in _in_turns(families(), openmetrics=openmetrics)
        ]
        # The process's own metrics come last: they bring OpenMetrics' closing mark.
        body += (pack.compress(encode(ours)), pack.flush())
        return Response(b"".join(body), headers=headers)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        if ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("waiting for the first analysis\n", status_code=503)

    async def index(_: Request) -> Response:
        return PlainTextResponse(_INDEX)

    return Starlette(
        routes=[
            Route("/", index),
            Route("/metrics", metrics),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ]
    )


async def _in_turns(
    families: Iterable[Family], *, openmetrics: bool
) -> AsyncIterator[str]:
    """Render the families in parts, and let others have their turn after each.

    Probes are paced on the same loop, and a packet that would be sent much too late is
    not sent at all. What belongs together is mostly small, and stays together.
    """
    parts, written = [], 0
    for family in families:
        lines = pieces(family, openmetrics=openmetrics)
        while part := "".join(islice(lines, _LINES)):
            parts.append(part)
            written += len(part)
            if written > _AT_A_TIME:
                yield "".join(parts)
                parts, written = [], 0
                await asyncio.sleep(0)
    yield "".join(parts)


class _Pack(Protocol):
    """What makes a body of text that comes in parts."""

    def compress(self, data: bytes, /) -> bytes:
        """Return what is to be sent for it now."""

    def flush(self) -> bytes:
        """Return what is left."""


class _Plain:
    """Makes it what it is."""

    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def _accepts_gzip(accepted: str) -> bool:
    """Return whether ``Accept-Encoding`` (RFC 9110, section 12.5.3) allows gzip."""
    for each in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in each.split(";"))
        if coding == "gzip":
            weights = (p.removeprefix("q=") for p in parameters if p.startswith("q="))
            return next(weights, "1").strip("0.") != ""
    return False


def listening_socket(host: str, port: int) -> socket.socket:
    """Bind and listen, so that a taken port is known before anything starts.

    Raises
    ------
    UserError
        If the address is taken, not ours, or not permitted.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        number = error.errno or 0
        # A name that does not resolve has a number of its own, which is no errno.
        why = os.strerror(number) if number > 0 else "the name does not resolve"
        raise UserError(
            f"listen {Listen(host=host, port=port)}: {why}",
            "stop what holds it, or choose another address or port to listen on",
        ) from error


class _Impatient(H11Protocol):
    """Closes a connection on which no request is complete in time.

    Otherwise a few dozen that were opened and forgotten (a load balancer's check, a
    scanner) would take every place there is.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._limit: asyncio.TimerHandle | None = None
        self._set_limit()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._set_limit()

    def connection_lost(self, exc: Exception | None) -> None:
        self._drop_limit()
        super().connection_lost(exc)

    def _set_limit(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._drop_limit()
        elif self._limit is None:
            self._limit = self.loop.call_later(PATIENCE, self.transport.abort)

    def _drop_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


class _Server(uvicorn.Server):
    """uvicorn inside our loop: signals are the runtime's to handle."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: Starlette, sock: socket.socket) -> None:
    """Serve `app` on `sock` until cancelled; closes the socket."""
    config = uvicorn.Config(
        app,
        http=_Impatient,
        access_log=False,
        log_config=None,
        lifespan="off",
        limit_concurrency=64,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    server = _Server(config)
    with sock:
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving
