"""What a ping costs: 1,000 addresses of 127/8, one ping a second each.

The kernel answers for all of 127/8, and over loopback it does so in our sending call:
its share is in our figure, as it is in the peer's.
"""

import re
import shutil

from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.paced import DEADLINE, cost_per_packet
from bellrock.bench.process import fresh, run_program
from probes.icmp import IcmpProbe
from probes.target import Target

SECONDS = 8

_TARGETS = 1_000
_LEAST = 0.95
_MICRO = 1e6
_SUMMARY = re.compile(r"xmt/rcv/%loss = (\d+)/(\d+)/")


def thousand(targets: int = _TARGETS, seconds: int = SECONDS) -> Measurement:
    """Measure ours and, where it is installed, fping's."""
    addresses = [f"127.22.{n // 250}.{n % 250 + 1}" for n in range(targets)]
    ours = fresh(_ours, addresses, seconds)
    fping = shutil.which("fping")
    peers = {} if fping is None else {"fping": _theirs(fping, addresses, seconds)}
    return Measurement(ours, peers)


def _ours(addresses: list[str], seconds: int) -> float:
    targets = [Target(address, address) for address in addresses]
    return cost_per_packet(IcmpProbe(deadline=DEADLINE), targets, seconds, None).prober


def _theirs(fping: str, addresses: list[str], seconds: int) -> float:
    """Measure fping: every address each second, evenly spread as ours are."""
    gap = 1_000 / len(addresses)
    options = ("-q", "-p", "1000", "-i", f"{gap:g}", "-c", str(seconds))
    done, spent = run_program(fping, *options, stdin="\n".join(addresses))
    counts = [(int(sent), int(got)) for sent, got in _SUMMARY.findall(done.stderr)]
    sent, got = sum(sent for sent, _ in counts), sum(got for _, got in counts)
    if not sent or got < _LEAST * sent:
        raise NotMeasuredError(f"fping: {got} answers to {sent} pings")
    return spent / sent * _MICRO
