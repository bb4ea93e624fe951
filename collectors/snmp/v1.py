"""Version 1 (RFC 1157): for small UPSes and old switches that have no other.

Beside GETBULK it lacks counters of 64 bits, so that interfaces count in 32; and it says
with an error what version 2c says with a value: that a variable is not there, or that
nothing comes after it.
"""

from collectors.snmp.message import V1
from collectors.snmp.v2c import V2cSession


class V1Session(V2cSession):
    """One device polled with a community, and with GET and GETNEXT alone."""

    version = V1
    has_getbulk = False
