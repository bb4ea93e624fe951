"""One request and its response over HTTP/1.1, as far as h11 lets it be read."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import h11

from bellrock.model.check import Phase
from bellrock.model.observation import Outcome
from probes.checks.attempt import printable
from probes.checks.stream import LONGEST, Stream
from probes.failure import FailedError

_MOST_SHOWN = 50
_PIECE = 8 * 1024
"""Octets that are read between two turns of others: they may be a thousand chunks."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes
    ----------
    hidden : frozenset of str
        Headers whose values are told to nobody but the far end.
    """

    method: str
    target: bytes
    headers: Mapping[str, str]
    body: bytes
    hidden: frozenset[str]


@dataclass(frozen=True, slots=True)
class Response:
    """What came.

    Attributes
    ----------
    body : bytes
        As much of it as was read.
    more : bool
        Whether there was more.
    """

    status: int
    reason: str
    location: str
    body: bytes
    more: bool


async def exchange(stream: Stream, request: Request, most: int) -> Response:
    """Send a request, and read its response and at most `most` octets of the body.

    Raises
    ------
    FailedError
        If what comes is no HTTP, or ends before it should.
    """
    _send(stream, request)
    speaking = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=LONGEST)
    head = h11.Request(
        method=request.method,
        target=request.target,
        headers=list(request.headers.items()),
    )
    stream.writer.write(speaking.send(head) or b"")
    if request.body:
        stream.writer.write(speaking.send(h11.Data(data=request.body)) or b"")
    stream.writer.write(speaking.send(h11.EndOfMessage()) or b"")
    with stream.seen.phase(Phase.FIRST_BYTE):
        data = await stream.reader.read(_PIECE)
    if not data:
        raise FailedError(Outcome.RESET, "the far end hung up without an answer")
    try:
        speaking.receive_data(data)
        return await _receive(stream, speaking, most)
    except h11.RemoteProtocolError as error:
        said = printable(str(error))
        if speaking.trailing_data[1]:
            raise FailedError(Outcome.MISMATCH, f"cut short: {said}") from None
        raise FailedError(Outcome.MALFORMED, f"not HTTP: {said}") from None


async def _receive(stream: Stream, speaking: h11.Connection, most: int) -> Response:
    response: h11.Response | None = None
    body = bytearray()
    more = False
    while not more:
        event = speaking.next_event()
        if event is h11.NEED_DATA:
            await asyncio.sleep(0)
            speaking.receive_data(await stream.reader.read(_PIECE))
        elif isinstance(event, h11.Response):
            response = event
            _tell(stream, response)
        elif isinstance(event, h11.Data):
            body += event.data
            more = len(body) > most
        elif not isinstance(event, h11.InformationalResponse):
            break
    if response is None:
        raise FailedError(Outcome.MISMATCH, "the far end hung up without an answer")
    stream.seen.note("<-", f"{len(body)} octets{' and more' if more else ''}")
    named = dict(response.headers)
    return Response(
        response.status_code,
        response.reason.decode("latin-1"),
        named.get(b"location", b"").decode("latin-1"),
        bytes(body[:most]),
        more,
    )


def _send(stream: Stream, request: Request) -> None:
    stream.seen.note(
        "->",
        f"{request.method} {request.target.decode('ascii')}",
        *(
            f"{name}: {'(secret)' if name in request.hidden else value}"
            for name, value in request.headers.items()
        ),
    )


def _tell(stream: Stream, response: h11.Response) -> None:
    reason = response.reason.decode("latin-1")
    lines = [
        f"{name.decode('latin-1')}: {value.decode('latin-1')}"
        for name, value in list(response.headers)[:_MOST_SHOWN]
        if name != b"set-cookie"
    ]
    stream.seen.note("<-", f"{response.status_code} {reason}", *lines)
