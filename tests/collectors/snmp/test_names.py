"""Whatever we ask for has a name, for whoever reads --explain."""

from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import decode_v2c
from collectors.snmp.mibs import GROUPS
from collectors.snmp.names import name
from collectors.snmp.plans import optics
from collectors.snmp.plans.vendors import BY_NAME
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.transcript import Kind, Transcript
from tests.collectors.snmp.agent import agent, community, mib, serve


async def test_all_that_a_poll_asks_first_has_a_name() -> None:
    transcript = Transcript()
    async with (
        agent(serve(mib(2))) as (device, _),
        SnmpCollector(SnmpSettings(), witness=transcript) as collector,
    ):
        collector.watch({device.id: {"eth1"}})
        await collector.collect(device, community())
    asked = {
        oid
        for event in transcript.events
        if event.kind is Kind.SENT
        for oid, _ in decode_v2c(event.datagram).pdu.varbinds
    }
    assert len(asked) > 60
    # What the agent has behind its tables is nobody's.
    known = {oid for oid in asked if oid[:9] != (1, 3, 6, 1, 6, 1)}
    assert [oid for oid in known if name(oid)[0].isdigit()] == []


def test_all_that_vendors_are_asked_for_has_a_name() -> None:
    for usage in BY_NAME.values():
        for oid in usage.columns:
            assert "::" in name(oid), oid
        assert name(usage.columns[0]).partition("::")[2] == usage.name


def test_all_that_optics_are_asked_for_has_a_name() -> None:
    for vendor in optics.VENDORS.values():
        for oid in (*vendor.columns, *vendor.lanes):
            assert "::" in name(oid), oid


def test_no_two_objects_have_one_name() -> None:
    names = [
        (module, each)
        for module, _, objects in GROUPS
        for each in objects.split()
        if each != "-"
    ]
    assert len(names) == len(set(names))
    assert len({group for _, group, _ in GROUPS}) == len(GROUPS)
