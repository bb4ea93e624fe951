"""How busy a device is: its processors, and its memory."""

from collections.abc import Mapping, Sequence

from bellrock.model.neighbourhood import Facts
from collectors.snmp.plans.plan import Asked, unsupported
from collectors.snmp.plans.usage import Usage
from collectors.snmp.plans.vendors import BY_NAME, candidates

_OBJECT_ID = (1, 3, 6, 1, 2, 1, 1, 2, 0)
_CPU, _MEMORY, _TIMES = "cpu", "memory", "times"


async def read(asked: Asked) -> Facts:
    """Read both with one walk, once it is known where the device says so.

    What was not found is looked for again, each time after twice as many readings:
    Net-SNMP knows no load in its first minute.
    """
    notes = asked.notes
    times = int(notes.get(_TIMES, "0")) + 1
    found = {w: BY_NAME[notes[w]] for w in (_CPU, _MEMORY) if w in notes}
    shares: dict[str, float | None] = {}
    if found:
        columns = dict.fromkeys(c for usage in found.values() for c in usage.columns)
        table = await asked.walk(*columns)
        shares = {what: usage.share(table) for what, usage in found.items()}
    if None in shares.values():
        # It says so elsewhere now, or no more: look for all of it the next time.
        notes.clear()
        return _facts(shares)
    notes[_TIMES] = str(times)
    if len(found) < len((_CPU, _MEMORY)) and not times & (times - 1):
        shares |= await _look(asked, [w for w in (_CPU, _MEMORY) if w not in found])
    if not shares:
        notes.clear()
        raise unsupported("processor load or memory (HOST-RESOURCES-MIB, or its own)")
    return _facts(shares)


def _facts(shares: Mapping[str, float | None]) -> Facts:
    return Facts(shares.get(_CPU), shares.get(_MEMORY))


async def _look(asked: Asked, wanted: Sequence[str]) -> dict[str, float]:
    """Try one place after the other, and note where there was something."""
    (object_id,) = await asked.get(_OBJECT_ID)
    vendor = candidates(object_id)
    shares = {}
    for what, usages in ((_CPU, vendor.cpu), (_MEMORY, vendor.memory)):
        if what in wanted:
            share = await _first(asked, what, usages)
            if share is not None:
                shares[what] = share
    return shares


async def _first(asked: Asked, what: str, usages: Sequence[Usage]) -> float | None:
    for usage in usages:
        share = usage.share(await asked.walk(*usage.columns))
        if share is not None:
            asked.notes[what] = usage.name
            return share
    return None
