"""Any table of any values through every plan: facts that are facts, or a failure."""

import asyncio
import math
from collections.abc import Iterator
from importlib import import_module
from ipaddress import ip_address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bellrock.model.neighbourhood import Facts, PortKind, Protocol, SensorKind
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.model.status import Status
from collectors.snmp.ber import Oid
from collectors.snmp.plans import optics, vendors
from collectors.snmp.plans.plan import Plan
from collectors.snmp.plans.table import PLANS
from collectors.snmp.values import (
    Absent,
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    IpAddress,
    OctetString,
    Opaque,
    TimeTicks,
    Value,
)
from tests.collectors.snmp.agent import Mib
from tests.collectors.snmp.plans import harness

_SHORTEST = 8
"""Numbers in the name of an object that is worth asking for, at least."""


_NAMES_OF_OPTICS: tuple[Oid, ...] = (
    (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 7),
    (1, 3, 6, 1, 2, 1, 47, 1, 3, 2, 1, 2),
)


def objects(where: object) -> Iterator[Oid]:
    """Yield every object identifier among a module's constants, however deep."""
    if isinstance(where, tuple) and where and all(type(n) is int for n in where):
        if len(where) >= _SHORTEST:
            yield where
    elif isinstance(where, dict):
        yield from (oid for each in where.values() for oid in objects(each))
    elif isinstance(where, tuple):
        yield from (oid for each in where for oid in objects(each))
    elif hasattr(where, "__slots__") and type(where).__module__.startswith("coll"):
        slots = type(where).__slots__
        yield from (o for name in slots for o in objects(getattr(where, name, None)))


def columns(plan: Plan, maker: int = 0) -> list[Oid]:
    """Return what a plan may ask for; of optics, those of a device's maker alone."""
    if plan.name == "sensors" and maker in optics.VENDORS:
        return sorted(objects((optics.VENDORS[maker], *_NAMES_OF_OPTICS)))
    module = import_module(plan.read.__module__)
    found = set(objects({**vars(module)}))
    if plan.name == "resources":
        found |= set(objects(dict(vendors.BY_NAME)))
    return sorted(found)


small = st.integers(0, 3)
octet = st.integers(0, 255)
number = st.one_of(small, octet, st.integers(0, 2**32 - 1))
address = st.tuples(octet, octet, octet, octet)
indexes: st.SearchStrategy[Oid] = st.one_of(
    st.just((0,)),
    st.tuples(small),
    st.tuples(small, small, small),
    st.builds(lambda a, n: (*a, n), address, small),
    st.builds(lambda a, n: (*a, n, 0), address, small),
    st.builds(lambda a: (1, 4, *a), address),
    st.builds(lambda a: (0, 1, 1, 1, 4, *a), address),
    address,
    st.lists(number, max_size=24).map(tuple),
)
few: st.SearchStrategy[Oid] = st.one_of(
    st.tuples(st.integers(1, 3)), st.tuples(small, small), indexes
)
"""For tables whose rows are ports: more of them are those that there are."""
values: st.SearchStrategy[Value] = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(Integer32),
    st.integers(-2, 15).map(Integer32),
    st.integers(-4000, 500).map(Integer32),
    st.integers(0, 2**32 - 1).map(Counter32),
    st.integers(0, 2**32 - 1).map(Gauge32),
    st.integers(0, 2**32 - 1).map(TimeTicks),
    st.integers(0, 2**64 - 1).map(Counter64),
    st.binary(max_size=40).map(OctetString),
    st.text(max_size=20).map(lambda text: OctetString(text.encode())),
    st.sampled_from([b"100", b"-1", b"1.5", b"02:00:5e:00:00:01"]).map(OctetString),
    st.binary(min_size=4, max_size=4).map(IpAddress),
    st.binary(max_size=12).map(Opaque),
    st.just((0, 0)),
    st.just((1, 3, 6, 1, 2, 1, 25, 2, 1, 2)),
    st.builds(lambda n: (1, 3, 6, 1, 2, 1, 2, 2, 1, 1, n), small),
    st.just((1, 3, 6, 1, 2, 1, 4, 32, 1, 5, 1, 1, 4, 10, 0, 0, 0, 99)),
    st.none(),
    st.sampled_from(Absent),
)


def text(*told: str) -> None:
    for each in told:
        assert len(each) <= 255
        assert each.isprintable() or not each


def valid(facts: Facts) -> None:
    """Check that every field holds what the model says it does."""
    hash(facts)
    for share in (facts.cpu, facts.memory):
        assert share is None or 0 <= share <= 1
    assert len({sensor.name for sensor in facts.sensors}) == len(facts.sensors)
    for sensor in facts.sensors:
        text(sensor.name)
        assert sensor.name
        assert sensor.kind in SensorKind
        assert math.isfinite(sensor.value)
    for own in facts.addresses:
        known = ip_address(own.address)
        assert own.prefix is None or 0 <= own.prefix <= known.max_prefixlen
        text(own.interface)
    for port in facts.ports:
        assert port.interface
        text(port.interface, port.port, port.description)
    assert len({one.interface for one in facts.ethernet}) == len(facts.ethernet)
    for cable in facts.ethernet:
        assert cable.interface
        text(cable.interface)
        assert cable.full_duplex in (None, False, True)
        for count in (cable.fcs_errors, cable.alignment_errors, cable.symbol_errors):
            assert count is None or count >= 0
        assert cable.late_collisions is None or cable.late_collisions >= 0
    text(facts.chassis, facts.router_id)
    for one in facts.neighbours:
        assert one.name
        assert one.protocol in Protocol
        assert one.status in Status
        assert one.port_kind in PortKind
        text(one.name, one.interface, one.state, one.port, one.port_description)
        text(one.chassis)
        assert all(ip_address(each) for each in one.addresses)
        assert one.metric is None or one.metric >= 0
        assert one.remote_as is None or one.remote_as > 0


async def polled(plan: Plan, shown: Mib) -> list[DeviceReading]:
    every = dict.fromkeys(("addresses", plan.name), "poll")
    async with harness.bench(harness.settings(**every)) as here:
        here.show(shown)
        return [await here.poll() for _ in range(2)]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_anything_becomes_facts_or_a_failure(plan: Plan, data: st.DataObject) -> None:
    makers = optics.VENDORS if plan.name == "sensors" else vendors.VENDORS
    maker = data.draw(st.sampled_from([0, *makers]))
    asked = st.sampled_from(columns(plan, maker))
    index = few if plan.name in ("ethernet", "sensors") else indexes
    cells = st.dictionaries(st.tuples(asked, index), values, max_size=40)
    shown: Mib = {(*column, *at): v for (column, at), v in data.draw(cells).items()}
    if maker:
        shown[1, 3, 6, 1, 2, 1, 1, 2, 0] = (1, 3, 6, 1, 4, 1, maker, 1)
    for reading in asyncio.run(polled(plan, shown)):
        assert reading.outcome is Outcome.SUCCESS
        valid(reading.facts)


def test_every_plan_has_objects_to_try() -> None:
    for plan in PLANS:
        assert len(columns(plan)) >= 4, plan.name
