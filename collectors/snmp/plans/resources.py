"""How busy a device is: its processors, and its memory."""

from collections.abc import Sequence

from bellrock.model.neighbourhood import Facts
from collectors.snmp.plans.plan import Asked, unsupported
from collectors.snmp.plans.usage import Usage
from collectors.snmp.plans.vendors import BY_NAME, candidates

_OBJECT_ID = (1, 3, 6, 1, 2, 1, 1, 2, 0)
_CPU, _MEMORY = "cpu", "memory"


async def read(asked: Asked) -> Facts:
    """Read both with one walk, once it is known where the device says so."""
    chosen = {what: BY_NAME[name] for what, name in asked.notes.items()}
    if not chosen:
        return await _choose(asked)
    columns = dict.fromkeys(c for usage in chosen.values() for c in usage.columns)
    table = await asked.walk(*columns)
    shares = {what: usage.share(table) for what, usage in chosen.items()}
    if None in shares.values():
        # It says so elsewhere now, or no more: look for it the next time.
        asked.notes.clear()
    return Facts(shares.get(_CPU), shares.get(_MEMORY))


async def _choose(asked: Asked) -> Facts:
    """Try one place after the other, and note where there was something."""
    (object_id,) = await asked.get(_OBJECT_ID)
    vendor = candidates(object_id)
    cpu = await _first(asked, _CPU, vendor.cpu)
    memory = await _first(asked, _MEMORY, vendor.memory)
    if not asked.notes:
        raise unsupported("processor load or memory (HOST-RESOURCES-MIB, or its own)")
    return Facts(cpu, memory)


async def _first(asked: Asked, what: str, usages: Sequence[Usage]) -> float | None:
    for usage in usages:
        share = usage.share(await asked.walk(*usage.columns))
        if share is not None:
            asked.notes[what] = usage.name
            return share
    return None
