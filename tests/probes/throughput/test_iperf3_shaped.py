"""iperf3 over a cable whose rate is known: what is found, and within which bounds."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bellrock.bench import train as lab
from bellrock.bench.process import serving
from bellrock.model.observation import Direction
from probes.throughput.command import run_here
from probes.throughput.iperf3 import Iperf3, measure
from probes.throughput.settings import Protocol
from tests.probes.harness import own_network, without
from tests.programs import need

RATE = 20e6
ETHERNET = 14


@contextmanager
def cable() -> Iterator[None]:
    """Be in a network with a shaped cable to one where iperf3's server is."""
    for program in ("ip", "tc", "nsenter", "ping", "iperf3"):
        need(program)
    if os.geteuid() != 0:
        without("root")
    with serving(lab.far_end) as far, own_network():
        lab.lay_cable(far.pid, RATE, RATE)
        command = ("nsenter", "-t", str(far.pid), "-n", need("iperf3"), "--server")
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            yield
        finally:
            server.kill()
            server.wait()


@pytest.mark.parametrize("protocol", Protocol)
def test_a_shapers_rate_is_found_in_both_directions(protocol: Protocol) -> None:
    test = Iperf3(lab.FAR, protocol=protocol, rate=60e6, size=4_000_000, longest=15)
    with cable():
        time.sleep(0.5)
        for direction in (Direction.FORWARD, Direction.REVERSE):
            found = asyncio.run(measure(replace(test, direction=direction), run_here))
            # The shaper counts Ethernet's header, and IP packets are what is told.
            true = RATE * found.mtu / (found.mtu + ETHERNET)
            assert abs(found.capacity - true) <= found.error + 0.05 * true
            assert not found.capped
            time.sleep(1)
