"""Every plan; what one of them found may serve those after it."""

from collectors.snmp.plans import (
    addresses,
    bgp,
    cdp,
    ethernet,
    lldp,
    ospf,
    ospfv3,
    resources,
    sensors,
    ups,
)
from collectors.snmp.plans.plan import Plan

PLANS: tuple[Plan, ...] = (
    Plan("addresses", addresses.read),
    Plan("ospf", ospf.read),
    Plan("ospfv3", ospfv3.read),
    Plan("bgp", bgp.read),
    Plan("lldp", lldp.read),
    Plan("cdp", cdp.read),
    Plan("resources", resources.read),
    Plan("ethernet", ethernet.read),
    Plan("sensors", sensors.read),
    Plan("ups", ups.read),
)
