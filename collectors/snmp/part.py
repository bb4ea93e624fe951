"""What is kept of one device, of what is read of it together."""

from dataclasses import dataclass, field

from collectors.snmp.ber import Oid
from collectors.snmp.question import Questions
from collectors.snmp.recall import Recall
from collectors.snmp.sizing import Sizing


@dataclass(slots=True)
class Part:
    """What is read of a device together, and kept until it is read again.

    Attributes
    ----------
    questions : Questions
        What the device is asked for it.
    recalls : dict of tuple of Oid to Recall
        By its columns: how a table was read last time.
    rows : dict of tuple of Oid to int
        By its columns: how many rows a table had when it was walked last.
    """

    questions: Questions
    recalls: dict[tuple[Oid, ...], Recall] = field(default_factory=dict)
    rows: dict[tuple[Oid, ...], int] = field(default_factory=dict)
    sizing: Sizing = field(default_factory=Sizing)
