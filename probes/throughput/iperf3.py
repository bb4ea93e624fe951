"""iperf3: what a real transfer gets, in either direction, over TCP or UDP.

Always with a cap on the rate and on the bytes. The far side runs ``iperf3 -s``, of any
version since 3.1; what we run, here or on another host, is iperf3 3.2 or later.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bellrock.model.observation import Direction, Outcome
from bellrock.model.transfer import Transfer
from probes.throughput import report
from probes.throughput.command import Ran, Run
from probes.throughput.failure import NotMeasuredError, plain
from probes.throughput.settings import Protocol

PORT = 5201

_CONNECT = 5.0
_BLOCK = 16_384
"""Bytes that iperf3 hands to TCP at a time. Its own 128 kB are a burst of 100 packets,
which a slow circuit's queue would drop."""

_FINEST, _COARSEST = 0.1, 1.0
_INTERVALS = 20

_NOT_FOUND = 127
_OVER_SIZE = 1.1
_SLACK = 100_000


@dataclass(frozen=True, slots=True)
class Iperf3:
    """One direction of one test.

    Attributes
    ----------
    host : str
        Address, or name, of the far side.
    rate : float
        bit/s at most.
    size : int
        Bytes of payload at most.
    longest : float
        Seconds at most.
    dscp : int
        Differentiated services code point to send with.
    """

    host: str
    port: int = PORT
    protocol: Protocol = Protocol.TCP
    direction: Direction = Direction.FORWARD
    rate: float = 100e6
    size: int = 20_000_000
    longest: float = 20.0
    dscp: int = 0

    @property
    def most(self) -> int:
        """Bytes of IP packets that it sends at most: headers and some repeats, too."""
        return round(self.size * _OVER_SIZE) + _SLACK

    def command(self) -> tuple[str, ...]:
        """Return the command line."""
        lasts = min(self.longest, self.size * 8 / self.rate)
        interval = min(_COARSEST, max(_FINEST, lasts / _INTERVALS))
        options = [
            *("iperf3", "--client", self.host, "--port", str(self.port), "--json"),
            *("--bitrate", f"{self.rate:.0f}", "--bytes", str(self.size)),
            *("--interval", f"{interval:.1f}"),
            *("--connect-timeout", f"{1000 * min(_CONNECT, self.longest):.0f}"),
        ]
        if self.protocol is Protocol.UDP:
            options.append("--udp")
        else:
            options += ("--length", str(_BLOCK))
        if self.direction is Direction.REVERSE:
            options.append("--reverse")
        if self.dscp:
            options += ("--dscp", str(self.dscp))
        return tuple(options)


async def measure(test: Iperf3, run: Run) -> Transfer:
    """Run a test and return what it showed.

    Raises
    ------
    NotMeasuredError
        If it showed nothing: the far side is busy, away, or talks nonsense.
    """
    ran = await run(test.command(), test.longest)
    if not ran.output.strip():
        raise _silent(ran)
    return report.transfer(
        report.read(ran.output), test.direction, test.protocol.value, test.rate
    )


def _silent(ran: Ran) -> NotMeasuredError:
    """Return why a program may have ended without a word of JSON."""
    said = plain(ran.complaint.decode("utf-8", "replace"))
    if ran.status == _NOT_FOUND:
        return NotMeasuredError(
            Outcome.UNSUPPORTED,
            f"iperf3, or timeout, is not installed there; install both: {said}",
        )
    if said:
        return report.complaint(said)
    return NotMeasuredError(
        Outcome.MALFORMED, f"iperf3 wrote nothing and ended with status {ran.status}"
    )


def most_in_all(tests: Sequence[Iperf3]) -> int:
    """Return the bytes that tests send at most together."""
    return sum(test.most for test in tests)
