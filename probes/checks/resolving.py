"""Names into addresses, without a thread for each name that is slow to resolve.

The hosts file is asked first, then DNS with the system's own servers and search list,
as the C library does it on most machines; other sources of ``nsswitch.conf`` are not
asked. Nothing is kept: how long a name takes to resolve is part of what people feel.
"""

import asyncio
import ipaddress
import os
import socket
from collections import defaultdict
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from bellrock.model.check import Family

if TYPE_CHECKING:
    # Imported where it is used: every command reads this module, and few resolve.
    import dns.asyncresolver

HOSTS = Path("/etc/hosts")
SYSTEM = Path("/etc/resolv.conf")

_LARGEST = 16 * 1024 * 1024
_MOST_AT_ONCE = 256
_RECORDS = {Family.IPV4: "A", Family.IPV6: "AAAA"}
_VERSIONS = {4: Family.IPV4, 6: Family.IPV6}
_Stamp = tuple[int, int] | None
_Known = Mapping[str, tuple[str, ...]]


class Resolver:
    """Looks names up as this machine is set up to; changes are seen at once.

    Parameters
    ----------
    hosts, system : Path
        The hosts file, and what names the DNS servers.
    """

    def __init__(self, hosts: Path = HOSTS, system: Path = SYSTEM) -> None:
        # Here already, so that no event loop waits for it at the first name.
        import_module("dns.asyncresolver")
        self._hosts = hosts
        self._system = system
        self._hosts_stamp: _Stamp = None
        self._system_stamp: _Stamp = None
        self._known: _Known = {}
        self._dns: dns.asyncresolver.Resolver | None = None
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)
        self._asking: set[asyncio.Task[tuple[str, ...]]] = set()

    async def addresses(self, name: str, family: Family) -> tuple[str, ...]:
        """Return the addresses of `name`; none if it has none of this family.

        Raises
        ------
        socket.gaierror
            If there is no such name, or nobody who knows could be asked.
        TimeoutError
            If the servers do not answer in their time.
        """
        try:
            numeric = ipaddress.ip_address(name)
        except ValueError:
            pass
        else:
            return (name,) if _VERSIONS[numeric.version] is family else ()
        local = self._local().get(name.rstrip(".").lower())
        if local is not None:
            return tuple(each for each in local if _family(each) is family)
        # Not cancelled with whoever waits for it: dnspython leaves a socket open if it
        # is while one is being made. It ends by itself, in the resolver's lifetime.
        asking = asyncio.create_task(self._asked(name, family))
        self._asking.add(asking)
        asking.add_done_callback(self._forget)
        return await asyncio.shield(asking)

    def _forget(self, asking: asyncio.Task[tuple[str, ...]]) -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            # Heard by whoever waits, if anybody still does.
            asking.exception()

    async def _asked(self, name: str, family: Family) -> tuple[str, ...]:
        async with self._places:
            return await self._answer(name, family)

    async def _answer(self, name: str, family: Family) -> tuple[str, ...]:
        import dns.exception
        import dns.resolver

        try:
            answer = await self._servers().resolve(
                name, _RECORDS[family], search=True, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            raise socket.gaierror(socket.EAI_NONAME, "no such name") from None
        except (dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration):
            raise socket.gaierror(
                socket.EAI_AGAIN, "no name server has an answer"
            ) from None
        except dns.exception.Timeout:
            raise socket.gaierror(
                socket.EAI_AGAIN, "no name server answered in time"
            ) from None
        except dns.exception.DNSException:
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
        return tuple(record.to_text() for record in answer.rrset or ())

    def _servers(self) -> "dns.asyncresolver.Resolver":
        import dns.asyncresolver
        import dns.exception

        stamp = _stamp(self._system)
        if self._dns is None or stamp != self._system_stamp:
            self._dns = dns.asyncresolver.Resolver(configure=False)
            try:
                self._dns.read_resolv_conf(str(self._system))
            except (OSError, dns.exception.DNSException) as error:
                self._dns = None
                raise socket.gaierror(
                    socket.EAI_AGAIN, f"{self._system} names no name server"
                ) from error
            self._system_stamp = stamp
        return self._dns

    def _local(self) -> _Known:
        stamp = _stamp(self._hosts)
        if stamp != self._hosts_stamp:
            self._known = _read(self._hosts)
            self._hosts_stamp = stamp
        return self._known


def _stamp(path: Path) -> _Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read(path: Path) -> _Known:
    """Read a hosts file (hosts(5)); lines that are none are passed over."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    try:
        with path.open("rb") as stream:
            text = stream.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return {}
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        try:
            ipaddress.ip_address(address)
        except ValueError:
            continue
        for name in names:
            found[name.rstrip(".").lower()] += (address,)
    return dict(found)


def _family(address: str) -> Family:
    return _VERSIONS[ipaddress.ip_address(address).version]
