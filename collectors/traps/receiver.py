"""Receives traps and informs: a door that costs little, a queue, and a slow reader.

The reader takes one datagram at a time, between which everything else on the event
loop has its turn.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bellrock.model.neighbourhood import Address
from bellrock.model.observation import Notice
from collectors.snmp.v3agent import Agent
from collectors.traps.door import Admitted, Door
from collectors.traps.identity import Identity
from collectors.traps.notices import understand
from collectors.traps.port import Arrival, Port
from collectors.traps.refusal import Refusal
from collectors.traps.senders import Sender, Senders
from collectors.traps.settings import TrapSettings
from collectors.traps.waiting import Waiting

if TYPE_CHECKING:
    from bellrock.config.schema import Listen
    from collectors.traps.reader import Reader

_BURST = 64
"""Datagrams taken in before other callbacks get their turn."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    """What was let in, and where an answer goes."""

    admitted: Admitted
    port: Port
    arrival: Arrival


class Receiver:
    """Listens for notices and tells of each that is genuine.

    Parameters
    ----------
    report : callable
        Told each notice, in the order in which a device's came.
    doubt : callable
        Told each device of which something was dropped unread: it is worth a poll.

    Attributes
    ----------
    refused : Counter of Refusal
        Datagrams not taken.
    last_from : dict of Refusal to str
        The address that the last of each kind came from.
    """

    def __init__(
        self,
        *,
        report: Callable[[Notice], None],
        doubt: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.refused: Counter[Refusal] = Counter()
        self.last_from: dict[Refusal, str] = {}
        self._report = report
        self._doubt = doubt
        self._clock = clock
        self._settings = TrapSettings()
        self._senders = Senders()
        self._door = Door(self._senders, clock)
        self._ports: dict[Listen, Port] = {}
        self._fresh: dict[Listen, Port] = {}
        self._watched: set[Port] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        limits = self._settings.rate, self._settings.device_rate
        self._waiting: Waiting[_Arrived] = Waiting(*limits)
        self._wake = asyncio.Event()
        self._boots = 0
        self._reader: Reader | None = None

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where it listens now."""
        return [port.sock.getsockname()[:2] for port in self._ports.values()]

    @property
    def engine_id(self) -> bytes:
        """Ours, to those who send informs; empty where nobody listens."""
        return b"" if self._reader is None else self._reader.identity.engine_id

    @property
    def waiting(self) -> int:
        """How many datagrams wait to be read."""
        return len(self._waiting)

    def prepare(self, settings: TrapSettings) -> None:
        """Open what `settings` listen on and we do not yet; if that fails, nothing.

        Raises
        ------
        UserError
            If an address cannot be listened on.
        """
        stay = set(settings.listen)
        leaving = [port for place, port in self._ports.items() if place not in stay]
        with ExitStack() as undoing:
            undoing.callback(self.discard)
            for listen in settings.listen:
                if listen not in self._ports:
                    self._fresh[listen] = Port(listen, leaving)
            undoing.pop_all()

    def discard(self) -> None:
        """Close what was prepared and is not going to be used."""
        for port in self._fresh.values():
            port.close()
        self._fresh = {}

    def adopt(self, settings: TrapSettings, senders: Iterable[Sender]) -> None:
        """Go on with `settings`, for which we are prepared, and these senders."""
        before, self._settings = self._settings, settings
        senders = tuple(senders)
        self._senders.assign(senders)
        self._ports |= self._fresh
        self._fresh = {}
        for listen in self._ports.keys() - set(settings.listen):
            self._close(self._ports.pop(listen))
        self._waiting.limit(settings.rate, settings.device_rate)
        self._waiting.keep({sender.device for sender in senders})
        if not self._ports:
            self._reader = None
            return
        if self._reader is None or settings.engine_id != before.engine_id:
            self._reader = self._new_reader(settings)
        self._reader.accept(self._senders.communities(), self._senders.users())
        self._watch()

    def learn(
        self, device: str, addresses: tuple[Address, ...], agent: Agent | None
    ) -> None:
        """Take in what a poll found out of a device: its addresses and its engine."""
        self._senders.learn(device, addresses, agent)

    def close(self) -> None:
        """Stop listening."""
        for port in self._ports.values():
            self._close(port)
        self._ports = {}

    async def run(self) -> None:
        """Receive until cancelled, and close then; a fault leaves the sockets open."""
        self._loop = asyncio.get_running_loop()
        self._watch()
        try:
            while True:
                arrived = self._waiting.take(self._clock())
                if arrived is None:
                    await self._until_due()
                else:
                    self._read(arrived)
                    await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            for port in list(self._watched):
                self._unwatch(port)
            self._loop = None

    async def _until_due(self) -> None:
        self._wake.clear()
        due = self._waiting.due()
        wait = None if due is None else max(0.0, due - self._clock())
        # Not wait_for: until Python 3.12 it loses a cancellation that comes together
        # with the event.
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wake.wait()

    def _new_reader(self, settings: TrapSettings) -> "Reader":
        # Here and not above: 27 MB that nobody needs who receives no notices.
        from collectors.traps.reader import Reader

        places = " ".join(map(str, settings.listen))
        identity = Identity.of(settings.engine_id, places, self._boots)
        self._boots = identity.boots
        return Reader(identity)

    def _watch(self) -> None:
        if self._loop is None:
            return
        for port in self._ports.values():
            if port not in self._watched:
                self._watched.add(port)
                self._loop.add_reader(port.sock.fileno(), self._drain, port)

    def _unwatch(self, port: Port) -> None:
        if port in self._watched and self._loop is not None:
            self._loop.remove_reader(port.sock.fileno())
            self._watched.discard(port)

    def _close(self, port: Port) -> None:
        self._unwatch(port)
        port.close()

    def _drain(self, port: Port) -> None:
        before = port.overrun
        for _ in range(_BURST):
            arrival = port.receive()
            if arrival is None:
                break
            self._take_in(port, arrival)
        if port.overrun != before:
            self.refused[Refusal.OVERRUN] += port.overrun - before
        if self._waiting:
            self._wake.set()

    def _take_in(self, port: Port, arrival: Arrival) -> None:
        if self._reader is None:
            return
        datagram, host = arrival.datagram, arrival.source[0]
        admitted = self._door.admit(datagram, host, self.engine_id)
        if isinstance(admitted, Refusal):
            self._refuse(admitted, arrival)
            return
        device = admitted.known.device
        arrived = _Arrived(admitted, port, arrival)
        refusal = self._waiting.put(device, datagram, arrived)
        if refusal is not None:
            self._refuse(refusal, arrival)
        if refusal is Refusal.CROWDED:
            self._doubt(device)

    def _read(self, arrived: _Arrived) -> None:
        if self._reader is None:
            return
        admitted = arrived.admitted
        reading = self._reader.read(admitted)
        for answer in reading.answers:
            arrived.port.answer(arrived.arrival, answer)
        if reading.refusal is not None:
            self._refuse(reading.refusal, arrived.arrival)
        elif reading.variables is not None:
            device = admitted.known.device
            self._report(understand(device, admitted.at, reading.variables))

    def _refuse(self, refusal: Refusal, arrival: Arrival) -> None:
        self.refused[refusal] += 1
        self.last_from[refusal] = arrival.source[0]
