"""An engine: one socket per address family and one pacing loop for all targets."""

import errno
import secrets
import socket
from collections.abc import Callable, Iterable, Sequence

from bellrock.model.observation import DEFAULT_CLASS, Outcome, RoundTrips
from probes.channel import Channel, Ways
from probes.clock import SECOND, Clock, nanoseconds
from probes.exchange import Books, Exchange
from probes.exchanges import opened
from probes.ledger import Ledger
from probes.pacing import Pacer
from probes.packets import Peer, Track
from probes.stamps import Stamps
from probes.target import Target, resolve
from probes.ticking import ticking

Report = Callable[[RoundTrips], None]

TICK = 0.02
"""Least seconds between two ticks."""

_SLOW_TICK = 0.05
_LOOK = 0.2
"""Most seconds between two looks at the sockets; stamps are the kernel's, so it costs
latency of the report and nothing else."""
_UNREAD = 4_096
"""Bytes of a socket's room that an answer to come, and the stamp of its packet, are
allowed for; they take less than half."""
_SHARE = 20
_TOGETHER = 50
_PATIENCE = nanoseconds(0.15)


class Engine:
    """Sends to all targets in turn and reports what comes of it.

    Parameters
    ----------
    probe : str
        Name that reports carry.
    connect : callable
        Opens the protocol's channel for an address family.
    port : callable
        Which port of a target to send to; 0 where there are none.
    interval, deadline : float
        Seconds between two packets to a target; to wait for each answer.
    cadence : float
        Least seconds between two reports of a target.
    report : callable
        Called from within the loop for each target with news; must be quick.
    service_class : str
        What reports are labelled with.
    stamps : Stamps
        What the kernel is to stamp.
    ways : callable
        Makes what tells a new target's directions apart, or None.
    """

    def __init__(
        self,
        probe: str,
        connect: Callable[[int], Channel],
        port: Callable[[Target], int],
        targets: Iterable[Target],
        *,
        interval: float,
        deadline: float,
        cadence: float,
        report: Report,
        clock: Clock,
        service_class: str = DEFAULT_CLASS,
        stamps: Stamps = Stamps.AUTO,
        ways: Callable[[], Ways | None] = lambda: None,
    ) -> None:
        self._service_class = service_class
        self._ways = ways
        self._probe = probe
        self._connect = connect
        self._port = port
        self._report = report
        self._clock = clock
        self._deadline = nanoseconds(deadline)
        self._ledger = Ledger(self._deadline, nanoseconds(cadence))
        self._books = Books(clock, self._ledger)
        self.counts = self._books.counts
        self._cadence = cadence
        self._interval = every = nanoseconds(interval)
        self._pause = TICK
        self._every, self._ticks = 1, 0
        self._pacer: Pacer[Track] = Pacer(
            every, _PATIENCE, clock.monotonic(), secrets.randbelow(every)
        )
        self._running = False
        self._left: dict[Track, int] | None = None
        self._exchanges: dict[int, Exchange] = {}
        self._stamps = stamps
        self._exact = False
        self._tracks: dict[str, Track] = {}
        self.retarget(targets)

    @property
    def error_bound(self) -> float:
        """Bound in seconds on our own timing error over the last half minute.

        Where the kernel stamps both what leaves and what comes, a microsecond: stamps
        are taken where a driver takes or hands over a packet, and nothing tells how
        long that took. Where it stamps receipt alone, or could not stamp a packet that
        left, it is the time in which that packet's group left, and between the
        readings of the two clocks.
        """
        return self._books.error.value / SECOND

    def retarget(self, targets: Iterable[Target]) -> None:
        """Measure these targets from now on.

        Those that stay keep their turn, their counts and the packets on their way;
        of those that go nothing more is reported. :meth:`prepare` comes first, where
        a socket that may not be opened is to change nothing.

        Raises
        ------
        UserError
            If the engine runs and may not open the socket a new target needs.
        """
        wanted = {target.id: target for target in targets}
        tracks: dict[str, Track] = {}
        peers: dict[bytes, Peer] = {}
        for target in wanted.values():
            track = self._tracks.get(target.id)
            if track is None or track.target != target:
                track = Track(target, self._peer(target, peers), self._ways())
            tracks[target.id] = track
            if track.peer is not None:
                peers[track.peer.name] = track.peer
        for name, track in self._tracks.items():
            track.dropped = tracks.get(name) is not track
        self._tracks, self._books.peers = tracks, peers
        self._families = {track.family for track in tracks.values()}
        self._in_use = {peer.family for peer in peers.values()}
        self._pacer.assign(tracks.values())
        self._exact = self._stamps.exact(len(tracks) * SECOND / self._interval)
        self._pause = _pause(self._interval / SECOND, len(tracks))
        self._space_looks()
        for family, exchange in self._exchanges.items():
            exchange.end.stamp(exact=self._exact)
            exchange.assign(self._of(family))
        if self._running:
            self._open(self._in_use)
            self.trim()

    def prepare(self, targets: Iterable[Target]) -> None:
        """Open the sockets that these targets need, and measure them no sooner.

        Raises
        ------
        UserError
            If the protocol's socket may not be opened.
        """
        peers = self._books.peers
        found = [self._peer(target, peers) for target in targets]
        self._open({peer.family for peer in found if peer is not None})

    def trim(self) -> None:
        """Close the sockets that no target needs."""
        for family in self._exchanges.keys() - self._in_use:
            self._exchanges.pop(family).end.sock.close()
        self._space_looks()

    def limit(self, packets: int) -> None:
        """Send each target so many packets from now on, and then no more.

        Their answers are waited for as ever. Not to be retargeted afterwards.
        """
        self._left = dict.fromkeys(self._tracks.values(), packets)

    def open(self) -> None:
        """Open the sockets now, to know before it runs whether they may be.

        Raises
        ------
        UserError
            If the protocol's socket may not be opened.
        """
        self._open(self._in_use)

    def close(self) -> None:
        """Close the sockets of an engine that is not to be run after all."""
        for exchange in self._exchanges.values():
            exchange.end.sock.close()
        self._exchanges.clear()

    async def run(self) -> None:
        """Probe until cancelled.

        Raises
        ------
        UserError
            If the protocol's socket may not be opened.
        """
        self._running = True
        try:
            self._open(self._in_use)
            self._pacer.resume(self._clock.monotonic())
            self._ticks = 0
            await ticking(self._tick)
        finally:
            self._running = False
            self.close()
            self._ledger.abandon()

    def _peer(self, target: Target, peers: dict[bytes, Peer]) -> Peer | None:
        try:
            family, address = resolve(target.address, self._port(target))
        except socket.gaierror:
            return None
        fresh = Peer(family, address)
        return peers.get(fresh.name) or self._books.peers.get(fresh.name) or fresh

    def _of(self, family: int) -> list[Track]:
        """Return the targets of an address family."""
        return [track for track in self._tracks.values() if track.family == family]

    def _open(self, families: Iterable[int]) -> None:
        for family in families:
            if family in self._exchanges:
                continue
            try:
                channel = self._connect(family)
            except OSError as error:
                # A machine without IPv6 still measures IPv4.
                if error.errno != errno.EAFNOSUPPORT:
                    raise
                continue
            exchange = opened(channel, self._books, exact=self._exact)
            exchange.assign(self._of(family))
            self._exchanges[family] = exchange
        self._space_looks()

    def _space_looks(self) -> None:
        """Say with every which tick answers are read.

        They are stamped and can wait, though reports should not wait long for them, and
        no socket must fill up with them.
        """
        room = min((each.end.room for each in self._exchanges.values()), default=0)
        rate = max(1, len(self._tracks)) * SECOND / self._interval
        wait = min(_LOOK, self._cadence / 5, room / _UNREAD / rate)
        self._every = max(1, int(wait / self._pause))

    def _tick(self) -> float:
        """Do what is due; return the seconds until something is again."""
        look = self._ticks % self._every == 0
        self._ticks += 1
        now = self._look() if look else self._clock.monotonic()
        if turns := self._turns(now):
            self._send(turns, now)
        if look:
            self._tell()
        return self._pause

    def _look(self) -> int:
        """Settle what has been answered or given up; return the time."""
        for exchange in self._exchanges.values():
            exchange.look()
        now = self._clock.monotonic()
        self._books.error.roll(now)
        # Only what was read in vain is lost: answers may still be in the socket,
        # though a flood of strays must not put that off for ever.
        read = min((each.end.drained for each in self._exchanges.values()), default=now)
        for exchange in self._exchanges.values():
            exchange.expire(max(read, now - self._deadline))
        self.counts.skipped = self._pacer.skipped
        if self._ledger.excused:
            self.counts.unsent["RXQ_OVFL"] = self._ledger.excused
        return now

    def _turns(self, now: int) -> Sequence[Track]:
        """Return whose turn it is, without those that have had all of theirs."""
        due = self._pacer.due(now)
        if self._left is None:
            return due
        left = []
        for track in due:
            if self._left[track]:
                self._left[track] -= 1
                left.append(track)
        return left

    def _send(self, tracks: Sequence[Track], now: int) -> None:
        served = 0
        for family, exchange in self._exchanges.items():
            mine = tracks
            if self._families != {family}:
                mine = [track for track in tracks if track.family == family]
            if mine:
                served += len(mine)
                exchange.send(mine, now)
        if served == len(tracks):
            return
        for track in tracks:
            if track.peer is None:
                self._ledger.unsent(track, Outcome.UNRESOLVED)
            elif track.family not in self._exchanges:
                self.counts.unsent["EAFNOSUPPORT"] += 1

    def _tell(self) -> None:
        now = self._clock.monotonic()
        at, report = now / SECOND, self._report
        for track in self._ledger.reports(now):
            delays = tuple([delay / SECOND for delay in track.delays])
            forward, reverse = track.ways.report() if track.ways else (None, None)
            report(
                RoundTrips(
                    self._probe,
                    track.target.id,
                    at,
                    delays,
                    track.outcomes,
                    track.late,
                    track.duplicates,
                    track.reordered,
                    self._service_class,
                    forward,
                    reverse,
                )
            )


def _pause(interval: float, targets: int) -> float:
    """Return the seconds between two ticks.

    Waking up costs more than a packet does, so where targets are asked seldom there are
    fewer ticks; but what leaves in one of them leaves together.
    """
    slowest = min(_SLOW_TICK, interval / _SHARE)
    return max(TICK, min(slowest, _TOGETHER * interval / max(1, targets)))
