"""Poll a device: whatever it or the network does becomes a reading."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from bellrock.model.inventory import Device
from bellrock.model.observation import DeviceReading, Outcome
from collectors.snmp.address import resolve
from collectors.snmp.ber import Malformed
from collectors.snmp.counters import narrow, read_discontinuities
from collectors.snmp.engine import Engine
from collectors.snmp.failure import Failure
from collectors.snmp.interfaces import read_interfaces, readings
from collectors.snmp.naming import Naming
from collectors.snmp.patience import Patience
from collectors.snmp.plans.agenda import Agenda
from collectors.snmp.plans.reading import read_plans
from collectors.snmp.plans.table import PLANS
from collectors.snmp.session import Session
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.snmp.system import System, read_system
from collectors.snmp.table import Table
from collectors.snmp.target import Target
from collectors.snmp.usm import AUTH_PROTOCOLS, PRIVACY_PROTOCOLS, password_to_key
from collectors.snmp.v1 import V1Session
from collectors.snmp.v2c import V2cSession
from collectors.snmp.v3 import V3Session
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.witness import Witness

_NAME = "snmp"
_PORT = 161

_Key = tuple[str | None, int, SnmpCredentials]
"""Whom we ask, and as whom."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What we keep of a device from poll to poll."""

    session: Session
    agenda: Agenda


@dataclass(slots=True)
class _Progress:
    """What a poll has read so far."""

    kept: _Kept | None = None
    system: System = field(default_factory=System)
    table: Table = field(default_factory=Table)
    naming: Naming = field(default_factory=Naming)
    discontinuities: Mapping[str, float] = field(default_factory=dict)


class SnmpCollector:
    """Polls devices over SNMP, all of them through one socket per address family.

    Parameters
    ----------
    settings : SnmpSettings
        Timeouts and limits.
    clock : callable
        Seconds, monotonic; stamps the readings.
    witness : Witness or None
        Told all that passes between us and the devices.
    """

    def __init__(
        self,
        settings: SnmpSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        witness: Witness | None = None,
    ) -> None:
        self._settings = settings
        self._witness = witness
        self._clock = clock
        self._engine: Engine | None = None
        self._kept: dict[_Key, _Kept] = {}
        self._users: dict[SnmpCredentials, User] = {}
        self._watched: Mapping[str, Collection[str]] = {}
        wanted = settings.plans.wanted()
        self._plans = [
            (plan, wanted[plan.name]) for plan in PLANS if plan.name in wanted
        ]

    async def __aenter__(self) -> Self:
        """Get ready; a socket is opened with the first device of its family."""
        self._engine = Engine(
            timeout=self._settings.timeout,
            retries=self._settings.retries,
            concurrency=self._settings.concurrency,
            packet_rate=self._settings.packet_rate,
            witness=self._witness,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the sockets; polls still under way are cancelled."""
        if self._engine is not None:
            self._engine.close()
        self._engine = None
        self._kept.clear()

    @property
    def strays(self) -> int:
        """Datagrams dropped so far: nobody's answer, from elsewhere, or rubbish."""
        return 0 if self._engine is None else self._engine.strays

    def keep(self, polled: Iterable[tuple[Device, SnmpCredentials]]) -> None:
        """Forget what is kept from poll to poll of every other device."""
        wanted = {_key(device, credentials) for device, credentials in polled}
        for gone in self._kept.keys() - wanted:
            del self._kept[gone]

    def agent(self, device: Device, credentials: SnmpCredentials) -> Agent | None:
        """Return the SNMPv3 engine that polls found at `device`; None if none did."""
        kept = self._kept.get(_key(device, credentials))
        if kept is None or not isinstance(kept.session, V3Session):
            return None
        return kept.session.agent

    def watch(self, interfaces: Mapping[str, Collection[str]]) -> None:
        """From now on ask since when the counters of these interfaces count.

        Parameters
        ----------
        interfaces : mapping of str to collection of str
            By id of the device: the names of those that a load is taken from.
        """
        self._watched = interfaces

    def hasten(
        self, device: Device, credentials: SnmpCredentials, plans: Collection[str]
    ) -> None:
        """Have the next poll of `device` read these plans, due or not."""
        kept = self._kept.get(_key(device, credentials))
        if kept is not None:
            kept.agenda.hasten(plans)

    async def collect(
        self, device: Device, credentials: SnmpCredentials
    ) -> DeviceReading:
        """Poll `device` once; what was read before a failure is kept.

        A poll that our own limits keep waiting takes longer, and fails for nothing of
        the kind: the device has an interval from its first request on, without the time
        in which it waits for us.

        Raises
        ------
        ValueError
            If the device has no address; there is nothing to poll then.
        OSError
            If we cannot send through a fault of our own, such as no descriptors left.
        """
        started, begun = time.monotonic(), self._clock()
        progress, patience = _Progress(), Patience(self._settings.interval)
        outcome, detail = Outcome.SUCCESS, ""
        try:
            async with patience:
                await self._poll(device, credentials, progress)
        except Failure as failure:
            outcome, detail = failure.outcome, failure.detail
        except Malformed as error:
            outcome, detail = Outcome.MALFORMED, f"not what SNMP allows: {error}"
        except TimeoutError:
            outcome = Outcome.TIMEOUT
            detail = f"not read to the end within {self._settings.interval:g} s"
        reading = DeviceReading(
            device=device.id,
            collector=_NAME,
            at=self._clock(),
            duration=time.monotonic() - started,
            outcome=outcome,
            detail=detail,
            uptime=progress.system.uptime,
            name=progress.system.name,
            description=progress.system.description,
            interfaces=readings(
                *(progress.table, progress.naming),
                complete=outcome is Outcome.SUCCESS,
            ),
            begun=begun,
            discontinuities=progress.discontinuities,
            narrow=narrow(progress.table),
        )
        if progress.kept is None or outcome is not Outcome.SUCCESS or not self._plans:
            return reading
        return await self._with_plans(progress.kept, reading, patience.left)

    async def _poll(
        self, device: Device, credentials: SnmpCredentials, progress: _Progress
    ) -> None:
        progress.kept = self._keep(device, credentials)
        session = progress.kept.session
        progress.naming = session.naming
        await session.begin()
        progress.system = await read_system(session)
        await read_interfaces(session, progress.table, max_rows=self._settings.max_rows)
        if watched := self._watched.get(device.id):
            progress.discontinuities = await read_discontinuities(
                session, progress.table, watched
            )

    async def _with_plans(
        self, kept: _Kept, reading: DeviceReading, left: float
    ) -> DeviceReading:
        """Return the reading with what the plans read, now or before.

        They have half of an interval at most: the interfaces' news waits for them. Of
        the whole the device has so many seconds `left`.
        """
        begun = time.monotonic()
        kept.agenda.up(reading.uptime)
        failed = await read_plans(
            *(kept.agenda, kept.session, reading.interfaces),
            max_rows=self._settings.max_rows,
            seconds=min(self._settings.interval / 2, left),
            clock=self._clock,
        )
        return replace(
            reading,
            duration=reading.duration + time.monotonic() - begun,
            facts=kept.agenda.facts,
            plans=kept.agenda.outcomes,
            failed=failed,
        )

    def _keep(self, device: Device, credentials: SnmpCredentials) -> _Kept:
        """Return what we keep of the device from poll to poll."""
        if device.address is None:
            raise ValueError(f"device {device.id} has no address to poll")
        if self._engine is None:
            raise RuntimeError("the collector is not open; enter it first")
        key = _key(device, credentials)
        kept = self._kept.get(key)
        if kept is None:
            family, address = resolve(device.address, key[1])
            target = Target(self._engine, family, address)
            session: Session
            if credentials.version == 1:
                session = V1Session(target, credentials.community, credentials.quirks)
            elif credentials.version == 3:
                session = V3Session(target, self._user(credentials), credentials.quirks)
            else:
                session = V2cSession(target, credentials.community, credentials.quirks)
            agenda = Agenda(
                self._plans, interval=self._settings.interval, seed=device.id
            )
            kept = self._kept[key] = _Kept(session, agenda)
        return kept

    def _user(self, credentials: SnmpCredentials) -> User:
        """Return the user with its keys: made once, since that is slow by design."""
        user = self._users.get(credentials)
        if user is None:
            user = self._users[credentials] = make_user(credentials)
        return user


def _key(device: Device, credentials: SnmpCredentials) -> _Key:
    return device.address, device.ports.get(_NAME, _PORT), credentials


def make_user(credentials: SnmpCredentials) -> User:
    """Return the version 3 user that `credentials` describe."""
    name = (credentials.user or "").encode()
    if credentials.auth is None:
        return User(name)
    protocol = AUTH_PROTOCOLS[credentials.auth.protocol]
    auth_key = password_to_key(credentials.auth.password, protocol)
    if credentials.privacy is None:
        return User(name, protocol, auth_key)
    privacy = PRIVACY_PROTOCOLS[credentials.privacy.protocol]
    # RFC 3826, section 1.2: made as the auth key is, with the same hash.
    privacy_key = password_to_key(credentials.privacy.password, protocol)
    return User(name, protocol, auth_key, privacy, privacy_key)
