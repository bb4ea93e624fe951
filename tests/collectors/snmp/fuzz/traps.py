"""Notices: through the door, and on to pysnmp and to what we make of its variables."""

import os
from collections.abc import Sequence
from functools import lru_cache
from unittest.mock import patch

from collectors.snmp.message import Pdu, PduType
from collectors.snmp.v3message import write_scoped
from collectors.traps.door import Admitted
from collectors.traps.notices import understand
from tests.collectors.snmp.fuzz import steps
from tests.collectors.traps import test_hostile
from tests.collectors.traps.harness import ENGINE, HERE, variables
from tests.collectors.traps.test_hostile import OURS, house, sealed

_SECRETS = {
    "TEST_COMMUNITY": "public",
    "TEST_AUTH": "authpass12",
    "TEST_PRIVACY": "privpass12",
}


@lru_cache(maxsize=1)
def _ready() -> None:
    """Make the door and its keys, once: they are named by the environment."""
    with patch.dict(os.environ, _SECRETS):
        house()
        sealed(b"")


def anybodys(octets: bytes) -> None:
    """Have a datagram knock at the door; what is let in is read and understood."""
    _ready()
    door, reader = house()
    with steps.at_most(8 * (len(octets) + 16)):
        admitted = door.admit(octets, HERE, OURS.engine_id)
    if not isinstance(admitted, Admitted):
        return
    reading = reader.read(admitted)
    assert all(len(answer) <= len(octets) + 256 for answer in reading.answers)
    if reading.variables is not None:
        notice = understand("router", 0.0, reading.variables)
        assert repr(notice).isprintable()


def key_holders(scoped: bytes) -> None:
    """Put any octets under the right signature and cipher."""
    _ready()
    with patch.dict(os.environ, _SECRETS):
        datagram = sealed(scoped)
    anybodys(datagram)


def seeds() -> Sequence[bytes]:
    """Return notices of every kind."""
    with patch.dict(os.environ, _SECRETS):
        return [seed() for seed in test_hostile.SEEDS.values()]


SEEDS = seeds()
SCOPED = [
    write_scoped(ENGINE, Pdu(kind, 1, variables()))
    for kind in (PduType.TRAP, PduType.INFORM, PduType.GET)
]
