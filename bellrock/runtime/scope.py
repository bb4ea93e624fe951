"""How far discovery may go: whom it may send packets to, and whom never."""

import ipaddress
from collections.abc import Iterable, Sequence

from bellrock.model.neighbourhood import Address

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    )
)
"""RFC 1918 and RFC 4193."""

_WIDEST = {4: 20, 6: 48}
"""The shortest prefix of a network that is believed to be the seed's own."""

_MOST_NETWORKS = 1_000


class Scope:
    """Where devices may be asked.

    Parameters
    ----------
    seed : IPAddress
        The device that discovery begins with; it may be asked whatever it is.
    allowed : sequence of Network
        Where else; if none are given, private addresses, and networks that the seed
        itself is in (:meth:`learn`).
    """

    def __init__(self, seed: IPAddress, allowed: Sequence[Network] = ()) -> None:
        self._seed = seed
        self._chosen = bool(allowed)
        self._networks: list[Network] = list(allowed or _PRIVATE)
        if seed.is_loopback and not allowed:
            self._networks.append(ipaddress.ip_network("127.0.0.0/8"))

    def learn(self, addresses: Iterable[Address]) -> None:
        """Take in the networks that the seed is in, unless all were chosen."""
        if self._chosen:
            return
        for each in list(addresses)[:_MOST_NETWORKS]:
            try:
                own = ipaddress.ip_interface(f"{each.address}/{each.prefix}").network
            except ValueError:
                continue
            if own.prefixlen >= _WIDEST[own.version] and not own.is_loopback:
                self._networks.append(own)

    def refusal(self, text: str) -> str:
        """Return why an address is not to be asked; empty if it may be."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return "no address"
        if address == self._seed:
            return ""
        if address.is_multicast or address.is_unspecified or address.is_link_local:
            return "no address that can be asked from here"
        if address.is_loopback and not self._seed.is_loopback:
            return "no address that can be asked from here"
        if any(address in network for network in self._networks):
            return ""
        return "outside the networks that may be asked (--allow)"
