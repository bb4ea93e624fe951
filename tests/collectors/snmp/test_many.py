"""Many devices at once, of which some are dead, and what each of them costs to keep."""

import asyncio
import gc
import random
import resource
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from multiprocessing import get_context

import pytest

from bellrock.bench.process import Say, serving
from bellrock.bench.snmp_agents import Memory, network
from bellrock.model.inventory import Device
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.runtime.series import Series
from collectors.snmp import interfaces as columns
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import NO_PLANS, SnmpSettings
from collectors.snmp.values import Counter32, Counter64, Gauge32, OctetString
from tests.collectors.snmp.agent import Mib, community, device, mib, row, serve

MANY = 1_000
DEAD = 100
PORTS = 48
KEPT = 60
"""Devices whose memory is measured."""
MOST_KEPT = 100_000
"""Octets for each of them."""


class Agents:
    """Answers for one device after the other, all in this process."""

    def __init__(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        assert soft <= hard
        self._loop = asyncio.get_running_loop()
        self._sockets: list[socket.socket] = []
        self.devices: list[Device] = []

    def add(self, memory: Memory | None) -> None:
        """Open a device's socket; without a memory it is deaf."""
        number = len(self.devices)
        host = f"127.40.{number // 250}.{number % 250 + 1}"
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.bind((host, 0))
        self._sockets.append(opened)
        found = device(opened.getsockname()[1], host)
        self.devices.append(replace(found, id=f"device-{number}"))

        def readable() -> None:
            request, client = opened.recvfrom(65535)
            assert memory is not None
            if answer := memory.answer(request, 0.0):
                opened.sendto(answer, client)

        if memory is not None:
            self._loop.add_reader(opened, readable)


def remembered(variables: Mib) -> Memory:
    answers = serve(variables)
    return Memory(lambda request, _: next(iter(answers(request))))


def serve_many(say: Say[list[Device]]) -> None:
    """Serve a thousand devices, every tenth of them deaf."""
    asyncio.run(_serve_many(say))


async def _serve_many(say: Say[list[Device]]) -> None:
    agents, alike = Agents(), remembered(mib(4))
    for number in range(MANY):
        agents.add(None if number % (MANY // DEAD) == 0 else alike)
    say(agents.devices)
    await asyncio.get_running_loop().create_future()


def _spin() -> None:
    while True:
        pass


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processors busy with something else."""
    spawn = get_context("spawn")
    with ExitStack() as stack:
        for _ in range(processes):
            spinner = spawn.Process(target=_spin, daemon=True)
            spinner.start()
            stack.callback(spinner.join)
            stack.callback(spinner.kill)
        yield


async def polled(
    devices: list[Device], settings: SnmpSettings, times: int
) -> list[list[DeviceReading]]:
    async with SnmpCollector(settings) as collector:
        return [
            await asyncio.gather(
                *(collector.collect(each, community()) for each in devices)
            )
            for _ in range(times)
        ]


@pytest.mark.parametrize(("others", "times"), [(0, 1), (2, 2)], ids=["idle", "busy"])
def test_of_a_thousand_devices_polled_at_once_only_the_dead_time_out(
    others: int, times: int
) -> None:
    settings = SnmpSettings(timeout=0.8, retries=2, interval=60, plans=NO_PLANS)
    with serving(serve_many) as agents, busy(others):
        devices = agents.ready
        polls = asyncio.run(polled(devices, settings, times))
    dead = {each.id for each in devices[:: MANY // DEAD]}
    assert len(dead) == DEAD
    for readings in polls:
        ended = {reading.device: reading.outcome for reading in readings}
        silent = {each for each, how in ended.items() if how is not Outcome.SUCCESS}
        assert silent == dead
        assert {ended[each] for each in dead} == {Outcome.TIMEOUT}
        assert all(len(r.interfaces) == 4 for r in readings if r.device not in dead)


def unlike(number: int) -> Mib:
    """Return a device that has neither names, indexes nor widths of another."""
    dice = random.Random(number)
    whole = mib(0)
    for port in range(PORTS):
        index = 1_000 + 997 * number + port
        whole |= row(index, f"xe-{number}/0/{port}")
        for column in (columns.HC_IN_OCTETS, columns.HC_OUT_OCTETS):
            whole[*column, index] = Counter64(dice.getrandbits(dice.randint(1, 60)))
        for column in (columns.IN_ERRORS, columns.OUT_DISCARDS):
            whole[*column, index] = Counter32(dice.getrandbits(dice.randint(1, 30)))
        whole[*columns.HIGH_SPEED, index] = Gauge32(dice.choice((100, 1000, 100_000)))
    name = OctetString(b"device %d" % number)
    return whole | {(1, 3, 6, 1, 2, 1, 1, 5, 0): name}


def serve_unlike(say: Say[list[Device]]) -> None:
    """Serve devices that have nothing in common."""
    asyncio.run(_serve_unlike(say))


async def _serve_unlike(say: Say[list[Device]]) -> None:
    agents = Agents()
    for number in range(KEPT + 1):
        agents.add(remembered(unlike(number)))
    say(agents.devices)
    await asyncio.get_running_loop().create_future()


async def _kept(devices: list[Device]) -> float:
    """Return the octets that each device but the first takes, all told."""
    series = Series(network(devices))
    readings: dict[str, DeviceReading] = {}
    settings = SnmpSettings(timeout=5, plans=NO_PLANS)
    async with SnmpCollector(settings) as collector:

        async def poll(several: list[Device]) -> None:
            for _ in range(3):
                for each in several:
                    reading = await collector.collect(each, community())
                    assert reading.outcome is Outcome.SUCCESS
                    assert len(reading.interfaces) == PORTS
                    readings[each.id] = reading
                    series.add_reading(reading, {})
            gc.collect()

        await poll(devices[:1])
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await poll(devices[1:])
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return (after - before) / (len(devices) - 1)


def test_a_device_of_48_ports_unlike_any_other_takes_less_than_100_kb() -> None:
    with serving(serve_unlike) as agents:
        assert asyncio.run(_kept(agents.ready)) < MOST_KEPT
