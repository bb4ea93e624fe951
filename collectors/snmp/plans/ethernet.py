"""EtherLike-MIB (RFC 3635): duplex, and what breaks frames on an Ethernet cable.

Half duplex at one end of a cable whose other end is in full duplex is the classic cause
of a circuit that is up and slow: it shows here as half duplex with late collisions at
one end, and as FCS errors at the other.
"""

from collections.abc import Iterator

from bellrock.model.neighbourhood import EthernetPort, Facts
from bellrock.model.status import Status
from collectors.snmp.ber import Oid
from collectors.snmp.plans.plan import Asked, number, rows, unsupported
from collectors.snmp.table import Cell, Table

_DOT3: Oid = (1, 3, 6, 1, 2, 1, 10, 7)
_STATS_ENTRY: Oid = (*_DOT3, 2, 1)
_HC_STATS_ENTRY: Oid = (*_DOT3, 11, 1)

_DUPLEX: Oid = (*_STATS_ENTRY, 19)
_LATE_COLLISIONS: Oid = (*_STATS_ENTRY, 8)
_ERRORS: tuple[Oid, ...] = tuple((*_STATS_ENTRY, n) for n in (3, 2, 18))
"""FCS, alignment and symbol errors."""
_HC_ERRORS: tuple[Oid, ...] = tuple((*_HC_STATS_ENTRY, n) for n in (2, 1, 6))
"""The same with 64 bits."""

_COLUMNS = (_DUPLEX, _LATE_COLLISIONS, *_ERRORS)
_DUPLEXES = {2: False, 3: True}
_WIDE = "counters of 64 bits"
_SOME, _NONE = "some", "none"


async def read(asked: Asked) -> Facts:
    """Read all Ethernet interfaces; counters of 64 bits only where there are any."""
    columns = _COLUMNS
    if asked.notes.get(_WIDE) != _NONE:
        columns += _HC_ERRORS
    table = await asked.walk(*columns)
    wide = any(True for _ in rows(table, *_HC_ERRORS))
    ports = tuple(_ports(asked, table))
    if not ports:
        raise unsupported("Ethernet (EtherLike-MIB)")
    asked.notes[_WIDE] = _SOME if wide else _NONE
    return Facts(ethernet=ports)


def _ports(asked: Asked, table: Table) -> Iterator[EthernetPort]:
    """Yield what is said of interfaces that there are."""
    known = asked.interfaces
    at = {index: place for place, index in enumerate(known.index)}
    for index, cells in rows(table, *_COLUMNS, *_HC_ERRORS):
        place = at.get(index[0]) if len(index) == 1 else None
        if place is None:
            continue
        duplex, late, *errors = cells
        # Many agents call an interface half duplex that has no cable at all.
        agreed = known.status[place] is not Status.DOWN
        fcs, alignment, symbol = map(
            _count, errors[len(_ERRORS) :], errors[: len(_ERRORS)]
        )
        port = EthernetPort(
            known.name[place],
            _DUPLEXES.get(number(duplex) or 0) if agreed else None,
            *(fcs, alignment, symbol, _count(late)),
        )
        if port != EthernetPort(port.interface):
            yield port


def _count(*cells: Cell) -> int | None:
    """Return the first that is a number as counters have them."""
    for cell in cells:
        known = number(cell)
        if known is not None and known >= 0:
            return known
    return None
