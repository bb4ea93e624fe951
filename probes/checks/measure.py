"""Run one check: look the name up, and ask over each address family by itself."""

import asyncio
import errno
import ipaddress
import os
import socket
from collections.abc import Collection
from time import monotonic, perf_counter

from bellrock.model.check import Attempt, CheckReading, Family, Phase
from bellrock.model.observation import Outcome
from probes.checks.attempt import FAMILIES, Place, Seen, printable
from probes.checks.resolving import Resolver
from probes.checks.rounds import Rounds
from probes.checks.settings import Check
from probes.failure import FailedError
from probes.runner import settled

_NO_WAY = {
    *(errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EAFNOSUPPORT),
    *(errno.EADDRNOTAVAIL, errno.EINVAL, errno.EACCES, errno.EPERM),
}
BOTH = (Family.IPV4, Family.IPV6)


async def measure(
    check: Check,
    resolver: Resolver,
    *,
    known: Collection[Family] = (),
    held: Collection[Family] = (),
    rounds: Rounds | None = None,
    explain: bool = False,
) -> CheckReading:
    """Ask once over every family that the check's name has.

    Parameters
    ----------
    known : collection of Family
        Those that were asked last time: one of them whose address cannot be found for
        the moment has failed, and is not merely lacking.
    held : collection of Family
        Those not to be asked now. They must not be all that the name has.
    rounds : Rounds, optional
        Of the event loop; shared by all that is measured on it, it costs the least.
    explain : bool
        Whether to keep what was sent and seen.
    """
    wanted = [each for each in families_of(check) if each not in held]
    began = perf_counter()
    required = {*check.families, *known}
    shared = rounds or Rounds()
    runs = [
        _Run(
            check,
            each,
            resolver,
            Seen(events=[] if explain else None, began=began, rounds=shared),
            each in required,
        )
        for each in wanted
    ]
    attempts = await asyncio.gather(*(run.go() for run in runs))
    told, missing = [], []
    for run, attempt in zip(runs, attempts, strict=True):
        if run.lacks and attempt.family not in check.families:
            missing.append(attempt.family)
        elif attempt.address or attempt.family in required:
            told.append(attempt)
    if not told:
        told = [_nowhere(attempts)]
    kind = check.kind
    return CheckReading(
        check.name, kind, monotonic(), tuple(told), tuple(missing), tuple(held)
    )


def families_of(check: Check) -> tuple[Family, ...]:
    """Return the address families that a check may ask over."""
    return check.families or _families(check.host)


class _Run:
    """One attempt over one family, and whether the name lacks that."""

    def __init__(
        self,
        check: Check,
        family: Family,
        resolver: Resolver,
        seen: Seen,
        required: bool,
    ) -> None:
        self._check = check
        self._family = family
        self._resolver = resolver
        self._seen = seen
        self._required = required
        self._address = ""
        self.lacks = False

    async def go(self) -> Attempt:
        """Look up and ask, within the check's deadline."""
        seen = self._seen
        outcome, detail = await settled(self._work(), deadline=self._check.deadline)
        detail = detail or seen.detail
        if outcome is not Outcome.SUCCESS:
            seen.note("!!", f"{self._family}: {outcome}", *filter(None, [detail]))
        return Attempt(
            family=self._family,
            address=self._address,
            outcome=outcome,
            detail=printable(detail),
            phases=tuple(seen.phases),
            timing_error=seen.timing_error,
            expires=seen.expires,
            clock=seen.clock,
            hold=seen.hold,
            events=tuple(seen.events or ()),
        )

    async def _work(self) -> Outcome:
        host, family, seen = self._check.host, self._family, self._seen
        if _is_address(host):
            found = await self._resolver.addresses(host, family)
        else:
            with seen.phase(Phase.RESOLVE):
                found = await self._resolver.addresses(host, family)
            seen.note("<-", f"{host} over {family}: {', '.join(found) or 'none'}")
        if not found:
            self.lacks = True
            raise FailedError(Outcome.UNRESOLVED, f"{host} has no {family} address")
        barred = _barred(found[0], family)
        if barred:
            # Of a machine without IPv6 that is no news of anybody's service.
            self.lacks = family is Family.IPV6 and not self._required
            raise FailedError(Outcome.UNREACHABLE, barred)
        self._address = found[0]
        place = Place(self._check.target, host, found[0], family, self._resolver)
        return await self._check.call(place, seen)


def _nowhere(attempts: Collection[Attempt]) -> Attempt:
    """Return the one attempt of a name that leads to no address at all."""
    first, *_ = sorted(attempts, key=lambda each: each.outcome is not Outcome.TIMEOUT)
    return Attempt(
        family=Family.NONE,
        address="",
        outcome=first.outcome,
        detail=first.detail,
        events=tuple(event for each in attempts for event in each.events),
    )


def _barred(address: str, family: Family) -> str:
    """Return why this machine would not send to an address; nothing is sent."""
    try:
        with socket.socket(FAMILIES[family], socket.SOCK_DGRAM) as sock:
            sock.connect((address, 9))
    except OSError as error:
        if error.errno not in _NO_WAY:
            raise
        return os.strerror(error.errno)
    return ""


def _families(host: str) -> tuple[Family, ...]:
    """Return the families to look a host up in; of an address there is only one."""
    if not _is_address(host):
        return BOTH
    return (Family.IPV6,) if ":" in host else (Family.IPV4,)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
