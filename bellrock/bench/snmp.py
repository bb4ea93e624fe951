"""How many devices one core polls over SNMP: interface columns and system group.

A poll is the collector's own: every interface column it reads of 48 ports, all values
decoded into a reading, the readings written out as the monitor does for a scrape. The
simulated agents are another process.
"""

import asyncio
import gc
import os
import time
from collections.abc import Mapping
from importlib.util import find_spec

import uvloop

from bellrock.bench import gufo_peer as gufo
from bellrock.bench import snmp_exporter_peer as exporter
from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.process import fresh, serving
from bellrock.bench.pysnmp_peer import polls_per_core_second as pysnmp
from bellrock.bench.snmp_agents import PORTS, network, serve_agents
from bellrock.export.exposition import render
from bellrock.model import catalogue
from bellrock.model.inventory import Device
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.runtime.series import Series
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import NO_PLANS, SnmpCredentials, SnmpSettings

DEVICES = 40
SECONDS = 4.0
_UNLIMITED = 1_000_000
_NO_LINKS: Mapping[str, str] = {}

_SECRET = "BELLROCK_BENCH_SECRET"
_PASSWORD = "not-a-secret"
V2C = {"version": "2c", "community_env": _SECRET}
V3 = {
    "version": 3,
    "user": "bench",
    "auth": {"protocol": "sha256", "password_env": _SECRET},
    "privacy": {"protocol": "aes128", "password_env": _SECRET},
}


def v2c(devices: int = DEVICES, seconds: float = SECONDS) -> Measurement:
    """Measure version 2c."""
    return _measure(V2C, devices, seconds)


def v3(devices: int = DEVICES, seconds: float = SECONDS) -> Measurement:
    """Measure version 3: HMAC-SHA-256-192, AES-128."""
    return _measure(V3, devices, seconds)


def _measure(entry: Mapping[str, object], count: int, seconds: float) -> Measurement:
    credentials = _credentials(entry)
    with serving(serve_agents, count, credentials) as agents:
        ours = fresh(_polls_per_core_second, agents.ready, credentials, seconds)
        peers = {}
        if _installed("pysnmp"):
            peers["pysnmp"] = fresh(pysnmp, agents.ready[0], credentials, seconds)
        if _installed(gufo.PACKAGE):
            peers["gufo-snmp"] = fresh(
                gufo.polls_per_core_second, agents.ready, credentials, seconds
            )
        if exporter.PROGRAM is not None:
            peers["snmp_exporter"] = fresh(
                exporter.polls_per_core_second, agents.ready, credentials, seconds
            )
    return Measurement(ours, peers)


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        # Of a package within one that is not there either.
        return False


def _credentials(entry: Mapping[str, object]) -> SnmpCredentials:
    os.environ[_SECRET] = _PASSWORD
    try:
        return SnmpCredentials.model_validate(entry)
    finally:
        del os.environ[_SECRET]


def _polls_per_core_second(
    devices: list[Device], credentials: SnmpCredentials, seconds: float
) -> float:
    return uvloop.run(_poll(devices, credentials, seconds))


async def _poll(
    devices: list[Device], credentials: SnmpCredentials, seconds: float
) -> float:
    series = Series(network(devices))
    # The limit is for networks; here it would be what is measured. Peers read no more
    # than interfaces and the system group either.
    settings = SnmpSettings(packet_rate=_UNLIMITED, plans=NO_PLANS)
    async with SnmpCollector(settings) as collector:

        async def round_of_polls() -> str:
            polls = (collector.collect(device, credentials) for device in devices)
            for reading in await asyncio.gather(*polls):
                _check(reading)
                series.add_reading(reading, _NO_LINKS)
            return render(series.families(), openmetrics=False)

        # As it does once a day: find the engines, and how much fits an answer; then
        # read the tables by that much.
        text = ""
        for _ in range(2):
            text = await round_of_polls()
        gc.freeze()  # as the monitor does once it is up
        rounds, until = 0, time.monotonic() + seconds
        begun = time.process_time()
        while time.monotonic() < until:
            text = await round_of_polls()
            rounds += 1
        used = time.process_time() - begun
        # To look through it is the bench's work, and not timed, as with the peers.
        _check_text(text, len(devices))
        return rounds * len(devices) / used


def _check_text(text: str, devices: int) -> None:
    found = text.count(f"\n{catalogue.INTERFACE_RECEIVE_BYTES.name}{{")
    if found != devices * PORTS:
        raise NotMeasuredError(f"{found} interfaces of {devices * PORTS} in the text")


def _check(reading: DeviceReading) -> None:
    if reading.outcome is not Outcome.SUCCESS or len(reading.interfaces) != PORTS:
        raise NotMeasuredError(
            f"{reading.device}: {reading.outcome}, {len(reading.interfaces)} "
            f"interfaces of {PORTS} {reading.detail}"
        )
