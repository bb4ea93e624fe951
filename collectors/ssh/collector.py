"""Ask a device over SSH: whatever it or the network does becomes a reading."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

import asyncssh

from bellrock.model.inventory import Device
from bellrock.model.neighbourhood import Facts
from bellrock.model.observation import DeviceReading, Outcome
from collectors.failure import Failure
from collectors.ssh.known_hosts import KnownHosts
from collectors.ssh.login import Login, NotConnected, connect
from collectors.ssh.platforms.platform import Plan
from collectors.ssh.platforms.table import PLATFORMS
from collectors.ssh.reader import Malformed
from collectors.ssh.session import Refusals, Session
from collectors.ssh.settings import SshCredentials, SshSettings

_NAME = "ssh"
_PORT = 22

_HANGS = 2
"""Commands in a row without an end after which it is not asked any more."""

_AT_ONCE = 50_000
"""Octets that are read on the event loop; more than that in a thread."""

_Key = tuple[str | None, int, str | None, SshCredentials]
"""Whom we ask, in whose words, and as whom."""


@dataclass(slots=True)
class _Progress:
    """What a poll has learned so far."""

    facts: list[Facts] = field(default_factory=list)
    plans: dict[str, Outcome] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)

    def conclude(self) -> None:
        """Raise what speaks for all plans, where none of them came to anything.

        An answer of any kind goes before silence: the device is there.
        """
        failures = self.failures.values()
        if self.facts or not failures:
            return
        answers = [each for each in failures if each.outcome is not Outcome.TIMEOUT]
        raise next(iter(answers or failures))


class SshCollector:
    """Asks devices over SSH, each over one connection that is kept.

    Parameters
    ----------
    accept_new : bool
        Trust the host key of a device of which none is known, and remember it.
    clock : callable
        Seconds, monotonic; stamps the readings.
    witness : callable or None
        Told each command, what was answered, and whether that is our word for why
        there is no answer.
    """

    def __init__(
        self,
        settings: SshSettings,
        *,
        accept_new: bool = False,
        clock: Callable[[], float] = time.monotonic,
        witness: Callable[[str, str, bool], None] | None = None,
    ) -> None:
        self._settings = settings
        self._accept_new = accept_new
        self._clock = clock
        self._witness = witness
        self._hosts = KnownHosts(settings.own_known_hosts)
        self._sessions: dict[_Key, Session] = {}
        self._kept: set[Session] = set()
        self._logins: dict[SshCredentials, Login] = {}
        self._unlocking = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Get ready; connections are opened with the polls."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up everywhere, whatever is under way."""
        for session in self._sessions.values():
            session.close()
        self.keep(())

    @property
    def connections(self) -> int:
        """How many are open."""
        return sum(session.is_open for session in self._sessions.values())

    def keep(self, polled: Iterable[tuple[Device, SshCredentials]]) -> None:
        """Hang up on every other device, and forget it, once it is read to the end."""
        wanted = {_key(device, credentials) for device, credentials in polled}
        for gone in self._sessions.keys() - wanted:
            session = self._sessions.pop(gone)
            self._kept.discard(session)
            session.retire()
        used = {key[3] for key in wanted}
        self._logins = {
            credentials: login
            for credentials, login in self._logins.items()
            if credentials in used
        }

    async def collect(
        self, device: Device, credentials: SshCredentials
    ) -> DeviceReading:
        """Ask `device` once; what was read before a failure is kept.

        Raises
        ------
        UserError
            If the private key cannot be used.
        ValueError
            If the device has no address or platform; there is nothing to ask then.
        OSError, KnownHostsError
            For what is wrong here, such as no descriptors left.
        """
        started = time.monotonic()
        progress = _Progress()
        outcome, detail = Outcome.SUCCESS, ""
        session = self._session(device, credentials)
        try:
            async with asyncio.timeout(self._settings.interval), session.lock:
                await self._poll(device, session, progress)
        except Failure as failure:
            outcome, detail = failure.outcome, failure.detail
        except TimeoutError:
            session.close()
            outcome = Outcome.TIMEOUT
            detail = f"not read to the end within {self._settings.interval:g} s"
        finally:
            self._put_back(session)
        if not detail and progress.failures:
            detail = "; ".join(each.detail for each in progress.failures.values())
        return DeviceReading(
            device=device.id,
            collector=_NAME,
            at=self._clock(),
            duration=time.monotonic() - started,
            outcome=outcome,
            detail=detail,
            facts=Facts.merged(progress.facts),
            plans=progress.plans,
            failed=tuple(progress.failures),
        )

    async def _poll(
        self, device: Device, session: Session, progress: _Progress
    ) -> None:
        hangs = 0
        platform = PLATFORMS[str(device.platform)]
        for plan in platform.plans:
            try:
                progress.facts.append(await self._read(plan, session))
                progress.plans[plan.name] = Outcome.SUCCESS
                hangs = 0
            except NotConnected:
                raise
            except Failure as failure:
                progress.plans[plan.name] = failure.outcome
                progress.failures[plan.name] = failure
                hangs = hangs + 1 if failure.outcome is Outcome.TIMEOUT else 0
                if hangs == _HANGS:
                    break
        progress.conclude()
        if platform.database is not None and self._settings.reads_database(device):
            await self._database(platform.database, session, progress)

    async def _database(
        self, plan: Plan, session: Session, progress: _Progress
    ) -> None:
        """Add OSPF's database, read anew if it is time for it."""
        last, now = session.database, time.monotonic()
        if now >= last.until:
            until = now + self._settings.ospf_database_interval
            try:
                last.told(await self._read(plan, session), until)
            except NotConnected:
                raise
            except Failure as failure:
                # A connection that broke says nothing of the next one.
                broke = failure.outcome is Outcome.RESET
                last.failed(failure.outcome, now if broke else until)
                progress.failures[plan.name] = failure
        progress.facts.append(last.facts)
        progress.plans[plan.name] = last.outcome

    async def _read(self, plan: Plan, session: Session) -> Facts:
        texts = [await self._ask(command, session) for command in plan.commands]
        try:
            if sum(map(len, texts)) < _AT_ONCE:
                return plan.read(*texts)
            return await asyncio.to_thread(plan.read, *texts)
        except Malformed as error:
            detail = f"{plan.commands[0]}: {error}"
            raise Failure(Outcome.MALFORMED, detail) from None

    async def _ask(self, command: str, session: Session) -> str:
        if self._witness is None:
            return await session.ask(command)
        try:
            text = await session.ask(command)
        except Failure as failure:
            self._witness(command, failure.detail, True)
            raise
        self._witness(command, text, False)
        return text

    def _session(self, device: Device, credentials: SshCredentials) -> Session:
        if device.address is None or device.platform is None:
            raise ValueError(f"device {device.id} has no address or no platform")
        key = _key(device, credentials)
        session = self._sessions.get(key)
        if session is None:
            session = Session(
                PLATFORMS[device.platform],
                self._settings,
                partial(self._connect, key, Refusals()),
            )
            self._sessions[key] = session
        return session

    async def _connect(
        self, key: _Key, refusals: Refusals
    ) -> asyncssh.SSHClientConnection:
        address, port, _, credentials = key
        assert address is not None
        wait = refusals.until - time.monotonic()
        try:
            connection = await connect(
                address,
                port,
                await self._unlocked(credentials),
                self._hosts,
                accept_new=self._accept_new,
                identify=wait <= 0,
                timeout=self._settings.timeout,
                keepalive=self._settings.keepalive,
            )
        except NotConnected as failure:
            if failure.outcome is not Outcome.AUTH:
                raise
            if wait <= 0:
                refusals.add(time.monotonic(), self._settings.interval)
                raise
            raise NotConnected(
                Outcome.AUTH,
                f"it did not let us in {refusals.times} times; we show it our key or "
                f"password again in {wait:.0f} s",
            ) from None
        refusals.clear()
        return connection

    async def _unlocked(self, credentials: SshCredentials) -> Login:
        # In a thread, for an encrypted key takes a tenth of a second; and once.
        async with self._unlocking:
            return await asyncio.to_thread(self.login, credentials)

    def login(self, credentials: SshCredentials) -> Login:
        """Return who we are, the private key read.

        Raises
        ------
        UserError
            If it cannot be used.
        """
        login = self._logins.get(credentials)
        if login is None:
            login = self._logins[credentials] = Login.of(credentials)
        return login

    def _put_back(self, session: Session) -> None:
        """Keep a connection for the next poll if there is room for it.

        The one just used is the one to go: all are used in turn, and the one used
        longest ago is the next to be needed.
        """
        self._kept.discard(session)
        if not session.is_open:
            return
        if len(self._kept) < self._settings.connections and not session.retired:
            self._kept.add(session)
        else:
            session.close()


def _key(device: Device, credentials: SshCredentials) -> _Key:
    port = device.ports.get(_NAME, _PORT)
    return device.address, port, device.platform, credentials
