"""What a STAMP test packet costs at either end: 10,000 a second, on loopback.

A hundred sessions of a hundred packets a second each, to a hundred addresses of one
reflector. Sender and reflector are a process each; the figure is for a packet and its
answer.
"""

import uvloop

from bellrock.bench.measurement import Measurement
from bellrock.bench.paced import DEADLINE, Pace, cost_per_packet
from bellrock.bench.process import Say, fresh, serving
from probes.stamp.reflector import Reflector, ReflectorSettings
from probes.stamp.sender import StampProbe
from probes.target import Target

PACKETS_PER_SECOND = 10_000
SECONDS = 6.0

_SESSION = 100
_REPORT = 1.0
_UNLIMITED = 1e6


def sender(rate: int = PACKETS_PER_SECOND, seconds: float = SECONDS) -> Measurement:
    """Measure the session-sender."""
    return Measurement(_measure(rate, seconds).prober)


def reflector(rate: int = PACKETS_PER_SECOND, seconds: float = SECONDS) -> Measurement:
    """Measure the session-reflector."""
    cost = _measure(rate, seconds).peer
    assert cost is not None
    return Measurement(cost)


def _measure(rate: int, seconds: float) -> Pace:
    hosts = [f"127.22.{n // 250}.{n % 250 + 1}" for n in range(rate // _SESSION)]
    with serving(_reflect) as reflecting:
        targets = [Target(host, host, reflecting.ready) for host in hosts]
        # What is not told of within the time measured would not be counted.
        often = _REPORT if seconds >= SECONDS else seconds / 50
        probe = StampProbe(interval=1 / _SESSION, deadline=DEADLINE, report=often)
        return fresh(cost_per_packet, probe, targets, seconds, reflecting.pid)


def _reflect(say: Say[int]) -> None:
    uvloop.run(_run(say))


async def _run(say: Say[int]) -> None:
    settings = ReflectorSettings.model_validate(
        {
            **{"address": "0.0.0.0", "port": 0},
            **{"rate": _UNLIMITED, "total_rate": _UNLIMITED},
        }
    )
    reflector = Reflector(settings)
    say(reflector.port)
    await reflector.run()
