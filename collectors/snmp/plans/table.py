"""Every plan; what one of them found may serve those after it."""

from collectors.snmp.plans import addresses, lldp, ospf, resources
from collectors.snmp.plans.plan import Plan

PLANS: tuple[Plan, ...] = (
    Plan("resources", resources.read),
    Plan("addresses", addresses.read),
    Plan("lldp", lldp.read),
    Plan("ospf", ospf.read),
)
