"""TCP check: whether the port answers, and how long the handshake takes.

A configured banner tells a live service from a listening socket whose process
hangs: the kernel completes the handshake (RFC 9293, section 3.5) without the
application ever waking up.
"""

from pydantic import BaseModel, ConfigDict, Field

from bellrock.model.check import Phase
from bellrock.model.observation import Outcome
from probes.checks.attempt import Place, Seen, printable
from probes.checks.stream import Stream, connected, cut_short


class TcpCheck(BaseModel):
    """The ``tcp:`` section of a check, and the measurement it describes.

    Attributes
    ----------
    port : int
        To connect to.
    send : bytes
        What is said first, where the far end waits for it.
    banner : bytes
        What the far end's answer has to begin with; none is waited for if empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: int = Field(ge=1, le=65535)
    send: bytes = Field(default=b"", max_length=256)
    banner: bytes = Field(default=b"", max_length=256)

    async def __call__(self, place: Place, seen: Seen) -> Outcome:
        """Connect to `place`, read the banner if one is expected, hang up."""
        async with connected(place, self.port, seen) as stream:
            seen.note("<-", "connected")
            if self.send:
                stream.writer.write(self.send)
                seen.note("->", printable(self.send))
            if not self.banner:
                return Outcome.SUCCESS
            return await self._banner(stream, seen)

    async def _banner(self, stream: Stream, seen: Seen) -> Outcome:
        reader = stream.reader
        # No more is waited for than it takes to tell that it is another one.
        with seen.phase(Phase.FIRST_BYTE):
            received = await reader.read(len(self.banner))
        while received and received != self.banner:
            if not self.banner.startswith(received):
                seen.note("<-", printable(received))
                seen.detail = f"the banner begins with {printable(received)!r}"
                return Outcome.MISMATCH
            more = await reader.read(len(self.banner) - len(received))
            if not more:
                raise cut_short(received)
            received += more
        if not received:
            raise cut_short(received)
        seen.note("<-", printable(received))
        return Outcome.SUCCESS
