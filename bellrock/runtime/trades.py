"""The explicit table of what can be configured: section, name, model.

The one place where the trades' settings meet :mod:`bellrock.config`, which knows none
of them.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from alerts.settings import SECTION as ALERTS
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.ssh.settings import SshCredentials, SshSettings
from collectors.traps.settings import TrapSettings
from probes.checks.settings import Check
from probes.classes import ServiceClass
from probes.path.settings import PathProbe
from probes.table import PROBES
from probes.throughput.settings import ThroughputSettings

SECTIONS: Mapping[str, Mapping[str, type[BaseModel]]] = {
    "probes": {
        **PROBES,
        PathProbe.name: PathProbe,
        "throughput": ThroughputSettings,
    },
    "classes": {"*": ServiceClass},
    "checks": {"[]": Check},
    "collectors": {"snmp": SnmpSettings, "ssh": SshSettings, "traps": TrapSettings},
    "snmp": {"*": SnmpCredentials},
    "ssh": {"*": SshCredentials},
    "alerts": ALERTS,
}
"""By section of the settings, the model of each name in it; ``*`` stands for any.

``[]`` stands for the entries of a list."""
