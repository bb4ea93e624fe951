"""What a STAMP test packet costs at either end: thousands a second, on loopback.

Sender and reflector are a process each; the figure is for a packet and its answer.
"""

import uvloop

from bellrock.bench.measurement import Measurement
from bellrock.bench.paced import DEADLINE, Pace, cost_per_packet
from bellrock.bench.process import Say, fresh, serving
from probes.stamp.reflector import Reflector, ReflectorSettings
from probes.stamp.sender import StampProbe
from probes.target import Target

PACKETS_PER_SECOND = 4_000
SECONDS = 6.0

_HOST = "127.0.0.1"


def sender(rate: int = PACKETS_PER_SECOND, seconds: float = SECONDS) -> Measurement:
    """Measure the session-sender."""
    return Measurement(_measure(rate, seconds).prober)


def reflector(rate: int = PACKETS_PER_SECOND, seconds: float = SECONDS) -> Measurement:
    """Measure the session-reflector."""
    cost = _measure(rate, seconds).peer
    assert cost is not None
    return Measurement(cost)


def _measure(rate: int, seconds: float) -> Pace:
    with serving(_reflect) as reflecting:
        targets = [Target(f"t{n}", _HOST, reflecting.ready) for n in range(rate)]
        # As the monitor does it: each target once a second, and told of as often.
        probe = StampProbe(deadline=DEADLINE)
        return fresh(cost_per_packet, probe, targets, seconds, reflecting.pid)


def _reflect(say: Say[int]) -> None:
    uvloop.run(_run(say))


async def _run(say: Say[int]) -> None:
    settings = ReflectorSettings.model_validate(
        {"address": _HOST, "port": 0, "rate": 1e6, "total_rate": 1e6}
    )
    reflector = Reflector(settings)
    say(reflector.port)
    await reflector.run()
