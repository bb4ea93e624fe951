"""What a device says of its octet counters: since when they count, and how far.

A counter that starts anew without its agent doing so (a card that is replaced, a tunnel
that comes back) says so in ifCounterDiscontinuityTime (RFC 2863, section 3.1.11). It is
asked of the interfaces alone that somebody takes a load from, in a request of their
own: asked of all, it would be the dearest of all columns, and nearly always zero.
"""

from collections.abc import Collection, Mapping, Sequence

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.failure import Failure
from collectors.snmp.interfaces import (
    DESCR,
    HC_IN_OCTETS,
    HC_OUT_OCTETS,
    IN_OCTETS,
    NAME,
    OUT_OCTETS,
)
from collectors.snmp.session import Session
from collectors.snmp.table import Table
from collectors.snmp.text import plain
from collectors.snmp.values import TimeTicks

DISCONTINUITY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 19)


async def read_discontinuities(
    session: Session, table: Table, watched: Collection[str]
) -> Mapping[str, float]:
    """Return when the counters of each of these interfaces began to count anew.

    In seconds of the agent's uptime, 0 if they never did; an interface of which the
    device does not say is left out.

    Parameters
    ----------
    table : Table
        The interfaces, as they were just read.
    watched : collection of str
        Names.

    Raises
    ------
    Failure, Malformed
        As :meth:`collectors.snmp.session.Session.get`, but for an agent that has no
        answer to this: then nothing is known.
    """
    # A row without ifName has nothing of ifXTable, of which this is a column too.
    told = zip(_names(table), table.column(NAME), table.rows, strict=True)
    wanted = [
        (name, row)
        for name, called, row in told
        if name in watched and called is not None
    ]
    try:
        values = await session.get([DISCONTINUITY + row for _, row in wanted])
    except Failure as failure:
        if failure.outcome in (Outcome.UNSUPPORTED, Outcome.AUTH):
            return {}
        raise
    return {
        name: int(value) / 100
        for (name, _), value in zip(wanted, values, strict=True)
        if isinstance(value, TimeTicks)
    }


def narrow(table: Table) -> frozenset[str]:
    """Return the names of interfaces that have an octet counter of 32 bits only."""
    if IN_OCTETS not in table.columns and OUT_OCTETS not in table.columns:
        return frozenset()
    pairs = ((HC_IN_OCTETS, IN_OCTETS), (HC_OUT_OCTETS, OUT_OCTETS))
    names = _names(table)
    return frozenset(
        names[row]
        for wide, short in pairs
        for row, (w, s) in enumerate(
            zip(table.column(wide), table.column(short), strict=True)
        )
        if w is None and s is not None
    )


def _names(table: Table) -> Sequence[str]:
    columns = table.column(NAME), table.column(DESCR)
    return [plain(name) or plain(descr) for name, descr in zip(*columns, strict=True)]
