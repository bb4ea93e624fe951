"""Interfaces under the longer and shorter names that one device has for them."""

import re
from collections import defaultdict
from collections.abc import Iterable

_WRITTEN = re.compile(r"([a-z-]+) ?(\d[\d/.:]*)")

_MOST_ALIKE = 64
"""Names with one number; devices have a few kinds of interfaces, hostile ones any."""


class Names:
    """The interfaces of one device.

    Examples
    --------
    >>> names = Names(["Gi0/1", "Te0/1", "lo0"])
    >>> names.meant("GigabitEthernet0/1"), names.meant("te 0/1"), names.meant("0/1")
    ('Gi0/1', 'Te0/1', None)
    """

    def __init__(self, interfaces: Iterable[str]) -> None:
        self._exact = frozenset(interfaces)
        self._numbered: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name in self._exact:
            parts = _WRITTEN.fullmatch(name.casefold())
            if parts is not None:
                self._numbered[parts[2]].append((parts[1], name))

    def meant(self, text: str) -> str | None:
        """Return the ifName of which `text` is a writing; None if of none, or many."""
        if text in self._exact:
            return text
        parts = _WRITTEN.fullmatch(text.casefold())
        if parts is None:
            return None
        alike = self._numbered.get(parts[2], [])
        if len(alike) > _MOST_ALIKE:
            return None
        found = [
            name
            for letters, name in alike
            if letters.startswith(parts[1]) or parts[1].startswith(letters)
        ]
        return found[0] if len(found) == 1 else None
