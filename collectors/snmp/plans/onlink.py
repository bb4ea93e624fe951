"""Which of a device's own interfaces somebody is behind, by the addresses on it."""

from collections.abc import Iterable
from ipaddress import ip_address

from bellrock.model.neighbourhood import Address

_BITS = {4: 32, 6: 128}


class Networks:
    """The networks that a device has an address in."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self._own: dict[tuple[int, int, int], Address] = {}
        for own in addresses:
            if own.prefix is not None:
                known = ip_address(own.address)
                beyond = _BITS[known.version] - own.prefix
                network = known.version, beyond, int(known) >> beyond
                self._own.setdefault(network, own)
        # The smallest network first.
        self._kinds = sorted({network[:2] for network in self._own})

    def holding(self, theirs: str) -> Address | None:
        """Return the own address in the smallest network that holds `theirs`."""
        other = ip_address(theirs)
        for version, beyond in self._kinds:
            if version == other.version:
                own = self._own.get((version, beyond, int(other) >> beyond))
                if own is not None and own.address != theirs:
                    return own
        return None
