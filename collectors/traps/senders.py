"""Who may tell us something, and where from.

A router sends from whichever of its addresses is nearest, not from the one it is
managed by, so the addresses that polls read count too. What a datagram says of its
sender (``agent-addr``, ``snmpTrapAddress``) does not: anybody can write that.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TypeVar

from bellrock.model.neighbourhood import Address
from collectors.snmp.collector import make_user
from collectors.snmp.settings import SnmpCredentials
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3message import AUTH, PRIVACY

_Key = TypeVar("_Key")


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
    addresses : tuple of Address
        As polls read them.
    hosts : tuple of str
        Those of them that tell it apart, as the kernel writes them.
    """

    device: str
    communities: tuple[bytes, ...]
    users: Mapping[bytes, list[tuple[User, int]]]
    agent: Agent | None = None
    addresses: tuple[Address, ...] = ()
    hosts: tuple[str, ...] = ()


_Index = dict[_Key, tuple[Known, ...]]
"""Who claims what."""


@dataclass(slots=True)
class Senders:
    """Finds the sender of a datagram.

    What a poll finds out is indexed at once, and nothing else anew: to index all that
    thousands of devices have takes longer than a datagram may.
    """

    _known: dict[str, Known] = field(default_factory=dict)
    _managed: _Index[str] = field(default_factory=dict)
    _at: _Index[str] = field(default_factory=dict)
    _engines: _Index[bytes] = field(default_factory=dict)
    _users: dict[SnmpCredentials, User] = field(default_factory=dict)

    def assign(self, senders: Iterable[Sender]) -> None:
        """Know these and no others; what was learned of those that stay is kept."""
        senders = tuple(senders)
        before = self._known
        wanted = {each for sender in senders for each in sender.credentials}
        self._users = {
            each: self._users.get(each) or make_user(each)
            for each in wanted
            if each.version == 3
        }
        self._known, self._managed, self._at, self._engines = {}, {}, {}, {}
        for sender in senders:
            known = self._known[sender.device] = self._know(sender)
            with suppress(ValueError):
                _claim(self._managed, (str(ip_address(sender.address)),), known)
            old = before.get(sender.device)
            if old is not None:
                known.addresses, known.hosts = old.addresses, old.hosts
                known.agent = old.agent
                _claim(self._at, known.hosts, known)
                _claim(self._engines, _engine_ids(known), known)

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
            _release(self._at, known.hosts, known)
            known.addresses, known.hosts = addresses, tuple(_own(addresses))
            _claim(self._at, known.hosts, known)
        if agent is not known.agent:
            _release(self._engines, _engine_ids(known), known)
            known.agent = agent
            _claim(self._engines, _engine_ids(known), known)

    def at(self, host: str) -> Known | None:
        """Return whose address `host` is; None if nobody's, or several devices'."""
        # What the inventory says outweighs what a device says of itself.
        return _sole(self._managed.get(host) or self._at.get(host))

    def of_engine(self, engine_id: bytes) -> Known | None:
        """Return whose SNMPv3 engine it is; None if nobody's, or several devices'."""
        return _sole(self._engines.get(engine_id))

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


def _claim(index: _Index[_Key], keys: Iterable[_Key], known: Known) -> None:
    for key in keys:
        index[key] = (*index.get(key, ()), known)


def _release(index: _Index[_Key], keys: Iterable[_Key], known: Known) -> None:
    for key in keys:
        left = tuple(each for each in index.pop(key) if each is not known)
        if left:
            index[key] = left


def _sole(claimed: tuple[Known, ...] | None) -> Known | None:
    return claimed[0] if claimed is not None and len(claimed) == 1 else None


def _engine_ids(known: Known) -> tuple[bytes, ...]:
    return () if known.agent is None else (known.agent.engine_id,)


def _own(addresses: Iterable[Address]) -> Iterable[str]:
    """Return addresses as the kernel writes them, without those any device may have."""
    found = set()
    for each in addresses:
        try:
            address = ip_address(each.address)
        except ValueError:
            continue
        shared = (
            address.is_loopback
            or address.is_link_local
            or address.is_multicast
            or address.is_unspecified
        )
        if not shared:
            found.add(str(address))
    return found
