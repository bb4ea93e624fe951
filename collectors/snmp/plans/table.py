"""Every plan; what one of them found may serve those after it."""

from collectors.snmp.plans import resources
from collectors.snmp.plans.plan import Plan

PLANS: tuple[Plan, ...] = (Plan("resources", resources.read),)
