"""What a ping costs: 1,000 addresses of 127/8, each asked at a steady pace.

The kernel answers for all of 127/8, and over loopback it does so in our sending call:
its share is in our figure, as it is in the peer's.
"""

import re
import shutil

from bellrock.bench.busy import hogs, processors
from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.paced import DEADLINE, Pace, cost_per_packet
from bellrock.bench.process import fresh, run_program
from probes.icmp import IcmpProbe
from probes.target import Target

SECONDS = 8
MANY_SECONDS = 3
"""All the sequence numbers that fping has are used up in little more."""

_TARGETS = 1_000
_OFTEN = 0.05
_LEAST = 0.95
_MICRO = 1e6
_PERCENT = 100
_SUMMARY = re.compile(r"xmt/rcv/%loss = (\d+)/(\d+)/")


def thousand(targets: int = _TARGETS, seconds: int = SECONDS) -> Measurement:
    """Measure ours and, where it is installed, fping's: once a second each."""
    return _measure(targets, 1.0, seconds)


def many(targets: int = _TARGETS, seconds: int = MANY_SECONDS) -> Measurement:
    """Measure the same with twenty pings a second to each."""
    return _measure(targets, _OFTEN, seconds)


def busy(targets: int = _TARGETS, seconds: int = SECONDS) -> Measurement:
    """Measure how much of a core it takes where no core is idle, and nothing is lost.

    Raises
    ------
    NotMeasuredError
        If we called anything lost.
    """
    with hogs(processors()):
        pace = _ours(_addresses(targets), 1.0, seconds)
        if pace.lost:
            raise NotMeasuredError(f"{pace.lost} pings were lost on loopback")
        theirs = _theirs(_addresses(targets), 1.0, seconds)
    share = _PERCENT * targets / _MICRO
    return Measurement(
        pace.prober * share, {name: each * share for name, each in theirs.items()}
    )


def _measure(targets: int, interval: float, seconds: int) -> Measurement:
    addresses = _addresses(targets)
    ours = _ours(addresses, interval, seconds)
    return Measurement(ours.prober, _theirs(addresses, interval, seconds))


def _addresses(targets: int) -> list[str]:
    return [f"127.22.{n // 250}.{n % 250 + 1}" for n in range(targets)]


def _ours(addresses: list[str], interval: float, seconds: int) -> Pace:
    targets = [Target(address, address) for address in addresses]
    probe = IcmpProbe(interval=interval, deadline=DEADLINE)
    return fresh(cost_per_packet, probe, targets, seconds, None)


def _theirs(addresses: list[str], interval: float, seconds: int) -> dict[str, float]:
    """Measure fping, if it is there: evenly spread as ours are, as far as it can."""
    fping = shutil.which("fping")
    if fping is None:
        return {}
    every = 1_000 * interval
    gap, rounds = every / len(addresses), round(seconds / interval)
    options = ("-q", "-p", f"{every:g}", "-i", f"{gap:g}", "-c", str(rounds))
    done, spent = run_program(fping, *options, stdin="\n".join(addresses))
    counts = [(int(sent), int(got)) for sent, got in _SUMMARY.findall(done.stderr)]
    sent, got = sum(sent for sent, _ in counts), sum(got for _, got in counts)
    if not sent or got < _LEAST * sent:
        raise NotMeasuredError(f"fping: {got} answers to {sent} pings")
    return {"fping": spent / sent * _MICRO}
