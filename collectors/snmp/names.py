"""What MIBs call the variables that we read, for whoever reads about them.

Machines seldom have the MIB files, so the names of what our plans ask for are here;
whatever else a device shows stays a dotted number.
"""

from collections.abc import Iterator, Mapping

from collectors.snmp.ber import Oid
from collectors.snmp.mibs import GROUPS


def _named() -> Iterator[tuple[Oid, str]]:
    for module, group, names in GROUPS:
        for number, name in enumerate(names.split(), start=1):
            if name != "-":
                yield (*group, number), f"{module}::{name}"


_NAMES: Mapping[Oid, str] = dict(_named())
_LONGEST = max(map(len, _NAMES))


def dotted(oid: Oid) -> str:
    """Return the numbers with dots between them."""
    return ".".join(map(str, oid))


def name(oid: Oid) -> str:
    """Return what a variable is called, with its instance in numbers.

    Examples
    --------
    >>> name((1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 3))
    'IF-MIB::ifHCInOctets.3'
    >>> name((1, 3, 6, 1, 4, 1, 99999, 1))
    '1.3.6.1.4.1.99999.1'
    """
    for length in range(min(len(oid), _LONGEST), 0, -1):
        found = _NAMES.get(oid[:length])
        if found is not None:
            return ".".join((found, *map(str, oid[length:])))
    return dotted(oid)
