"""Who may tell us something, and where from.

A router sends from whichever of its addresses is nearest, not from the one it is
managed by, so the addresses that polls read count too. What a datagram says of its
sender (``agent-addr``, ``snmpTrapAddress``) does not: anybody can write that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TypeVar

from bellrock.model.neighbourhood import Address
from collectors.snmp.collector import make_user
from collectors.snmp.settings import SnmpCredentials
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3message import AUTH, PRIVACY

_Key = TypeVar("_Key", str, bytes)


@dataclass(frozen=True, slots=True)
class Sender:
    """A device that is polled.

    Attributes
    ----------
    address : str
        That it is polled at.
    credentials : tuple of SnmpCredentials
        Any of which may secure its notices.
    """

    device: str
    address: str
    credentials: tuple[SnmpCredentials, ...]


@dataclass(slots=True)
class Known:
    """What we know of a sender.

    Attributes
    ----------
    users : mapping of bytes to list of (User, int)
        By name: who may sign and encrypt, and how far each has to.
    agent : Agent or None
        The engine that polls find there; it keeps the time.
    """

    device: str
    communities: tuple[bytes, ...]
    users: Mapping[bytes, list[tuple[User, int]]]
    agent: Agent | None = None
    addresses: tuple[Address, ...] = ()


@dataclass(slots=True)
class Senders:
    """Finds the sender of a datagram."""

    _known: dict[str, Known] = field(default_factory=dict)
    _assigned: tuple[Sender, ...] = ()
    _at: dict[str, Known | None] = field(default_factory=dict)
    _engines: dict[bytes, Known | None] = field(default_factory=dict)
    _users: dict[SnmpCredentials, User] = field(default_factory=dict)
    _stale: bool = False

    def assign(self, senders: Iterable[Sender]) -> None:
        """Know these and no others; what was learned of those that stay is kept."""
        self._assigned = tuple(senders)
        before = self._known
        wanted = {each for sender in self._assigned for each in sender.credentials}
        self._users = {
            each: self._users.get(each) or make_user(each)
            for each in wanted
            if each.version == 3
        }
        self._known = {}
        for sender in self._assigned:
            known = self._known[sender.device] = self._know(sender)
            if sender.device in before:
                old = before[sender.device]
                known.agent, known.addresses = old.agent, old.addresses
        self._stale = True

    def communities(self) -> set[bytes]:
        """Return every community that is anybody's."""
        return {each for known in self._known.values() for each in known.communities}

    def users(self) -> set[User]:
        """Return every user that is anybody's."""
        return set(self._users.values())

    def learn(
        self, device: str, addresses: tuple[Address, ...], agent: Agent | None
    ) -> None:
        """Take in what a poll found out about a device."""
        known = self._known.get(device)
        if known is None:
            return
        if addresses and addresses != known.addresses:
            known.addresses, self._stale = addresses, True
        if agent is not known.agent:
            known.agent, self._stale = agent, True

    def at(self, host: str) -> Known | None:
        """Return whose address `host` is; None if nobody's, or several devices'."""
        if self._stale:
            self._index()
        return self._at.get(host)

    def of_engine(self, engine_id: bytes) -> Known | None:
        """Return whose SNMPv3 engine it is; None if nobody's, or several devices'."""
        if self._stale:
            self._index()
        return self._engines.get(engine_id)

    def _know(self, sender: Sender) -> Known:
        communities: list[bytes] = []
        users: dict[bytes, list[tuple[User, int]]] = {}
        for each in dict.fromkeys(sender.credentials):
            if each.version == 3:
                user = self._users[each]
                level = AUTH * (each.auth is not None)
                level |= PRIVACY * (each.privacy is not None)
                users.setdefault(user.name, []).append((user, level))
            else:
                communities.append(each.community)
        return Known(sender.device, tuple(communities), users)

    def _index(self) -> None:
        self._stale = False
        self._at, self._engines = {}, {}
        for known in self._known.values():
            for each in known.addresses:
                if (host := _own(each.address)) is not None:
                    _claim(self._at, host, known)
            if known.agent is not None:
                _claim(self._engines, known.agent.engine_id, known)
        managed: dict[str, Known | None] = {}
        for sender in self._assigned:
            try:
                host = str(ip_address(sender.address))
            except ValueError:
                continue
            _claim(managed, host, self._known[sender.device])
        # What the inventory says outweighs what a device says of itself.
        self._at |= managed


def _claim(index: dict[_Key, Known | None], key: _Key, known: Known) -> None:
    index[key] = known if index.get(key, known) is known else None


def _own(text: str) -> str | None:
    """Return an address as the kernel writes it; None if any device may have it."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    shared = (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
    )
    return None if shared else str(address)
