"""Run probes and turn what happened into data.

The only module of :mod:`probes` that turns an exception into an outcome. Probes have
two shapes: a *call*, one coroutine per target, given to :func:`run`; and an *engine*,
one socket per address family and one pacing loop for all targets.
"""

import asyncio
import errno
import os
import secrets
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

from bellrock.model.catalogue import Metric
from bellrock.model.observation import (
    DEFAULT_CLASS,
    Outcome,
    Probe,
    RoundTrips,
    Sample,
)
from probes.channel import Answer, Channel, Ways
from probes.clock import SECOND, Clock, nanoseconds
from probes.failure import FailedError
from probes.ledger import Ledger, Packet, Peer, Track
from probes.line import Line
from probes.pacing import Pacer
from probes.target import Address, Target, resolve
from probes.timing import ErrorBound, round_trip

Report = Callable[[RoundTrips], None]

TICK = 0.02
"""Least seconds between two looks at the sockets; stamps are the kernel's, so it costs
latency of the report and nothing else."""

_SLOW_TICK = 0.05
_SHARE = 20
_TOGETHER = 50
_PATIENCE = nanoseconds(0.15)
_DRAIN = 4096
_SEND_ATTEMPTS = 3
_AFFORDABLE = 5_000
"""Packets a second up to which both stamps are taken if nobody says otherwise."""


# The last two are WireGuard's words: no peer has that address, or its end is not known.
_NO_WAY_THERE = {
    *(errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN),
    *(errno.ENOKEY, errno.EDESTADDRREQ),
}

# Said by this machine of its own buffers, firewall or address family, or of an
# address nothing can be sent to: the packet never was, and is nobody's loss.
_OURS = {
    *(errno.EAGAIN, errno.ENOBUFS, errno.EPERM, errno.EACCES, errno.EINVAL),
    *(errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT),
}


_FROM_AFAR = _NO_WAY_THERE | {
    *(errno.ECONNREFUSED, errno.EMSGSIZE, errno.EPROTO, errno.EACCES),
    *(errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.ECONNRESET),
}


async def run(
    probe: Probe, host: str, *, deadline: float
) -> tuple[Outcome, list[Sample]]:
    """Run `probe` against `host` for at most `deadline` seconds.

    Samples taken before a failure are kept: a connect time is worth having even
    when the banner never came.

    Whatever is not the network's doing propagates. A bug in a probe, or a shortage
    of file descriptors here, must never show as an outage at somebody's library.
    """
    samples: list[Sample] = []

    def observe(metric: Metric, value: float) -> None:
        samples.append(Sample(metric, value))

    outcome, _ = await settled(probe(host, observe), deadline=deadline)
    return outcome, samples


async def settled(work: Awaitable[Outcome], *, deadline: float) -> tuple[Outcome, str]:
    """Await `work` for at most `deadline` seconds; what the network did is an outcome.

    Returns
    -------
    outcome : Outcome
        What `work` returned, or the word for what kept it from it.
    detail : str
        Words for a person about what kept it; empty where nothing did.
    """
    try:
        async with asyncio.timeout(deadline):
            return await work, ""
    except TimeoutError as error:
        # The kernel's own patience with a connection may end before ours does.
        said = _said(error) if error.errno else f"no answer within {deadline:g} s"
        return Outcome.TIMEOUT, said
    except ConnectionRefusedError as error:
        return Outcome.REFUSED, _said(error)
    except ConnectionError as error:
        return Outcome.RESET, _said(error)
    except socket.gaierror as error:
        return Outcome.UNRESOLVED, error.strerror or "does not resolve"
    except FailedError as error:
        return error.outcome, error.detail
    except OSError as error:
        if error.errno == errno.EMSGSIZE:
            return Outcome.TOO_BIG, _said(error)
        if error.errno not in _NO_WAY_THERE:
            raise
        return Outcome.UNREACHABLE, _said(error)


def _said(error: OSError) -> str:
    """Return the system's own words, without the address asyncio adds to them."""
    return os.strerror(error.errno) if error.errno else "the connection was lost"


class Stamps(StrEnum):
    """Which packets the kernel stamps for an engine.

    Stamps of ``both`` what leaves and what comes are the most accurate. On ``receipt``
    alone costs a tenth less time, and what leaves is taken to leave in groups, evenly
    between two readings of our clock. ``auto`` is both up to 5,000 packets a second.
    """

    AUTO = "auto"
    BOTH = "both"
    RECEIPT = "receipt"


def located(target: Target, port: int) -> tuple[int, Address] | Outcome:
    """Return the address family and socket address of a target, or why it has none."""
    try:
        return resolve(target.address, port)
    except socket.gaierror:
        return Outcome.UNRESOLVED


def not_sent(error: OSError) -> Outcome:
    """Return what it means that this machine would not send to an address at all.

    Raises
    ------
    OSError
        If it is a fault of our own, such as too many open files.
    """
    if error.errno in _NO_WAY_THERE:
        return Outcome.UNREACHABLE
    if error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
        return Outcome.UNSUPPORTED
    if error.errno in (errno.EPERM, errno.EACCES, errno.EINVAL):
        return Outcome.REFUSED
    raise error


@dataclass(slots=True)
class Counts:
    """What an engine saw that belongs to no target; all only grow.

    Attributes
    ----------
    strays : int
        Datagrams that answer nothing we sent: forged, garbled, or far too late.
    skipped : int
        Turns left out because this process was stalled.
    untimed : int
        Answers that came while the wall clock was stepped: counted, not timed.
    dropped : int
        Datagrams that found a socket full: this process was too slow for what came.
    unsent : Counter of str
        Packets this machine would not send, by the name of the error; as RXQ_OVFL
        those that were not answered in time, but perhaps only since it dropped answers.
        They are nobody's loss.
    """

    strays: int = 0
    skipped: int = 0
    untimed: int = 0
    dropped: int = 0
    unsent: Counter[str] = field(default_factory=Counter)


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
        self.counts = Counts()
        self._service_class = service_class
        self._ways = ways
        self._probe = probe
        self._connect = connect
        self._port = port
        self._report = report
        self._clock = clock
        self._deadline = nanoseconds(deadline)
        self._ledger = Ledger(self._deadline, nanoseconds(cadence))
        self._interval = every = nanoseconds(interval)
        self._pause = TICK
        self._every = 1
        self._pacer: Pacer[Track] = Pacer(
            every, _PATIENCE, clock.monotonic(), secrets.randbelow(every)
        )
        self._running = False
        self._left: dict[Track, int] | None = None
        self._lines: dict[int, Line] = {}
        self._peers: dict[bytes, Peer] = {}
        self._stamps = stamps
        self._exact = False
        self._tracks: dict[str, Track] = {}
        self._error = ErrorBound()
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
        return self._error.value / SECOND

    def retarget(self, targets: Iterable[Target]) -> None:
        """Measure these targets from now on.

        Those that stay keep their turn, their counts and the packets on their way;
        of those that go nothing more is reported.

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
        self._tracks, self._peers = tracks, peers
        self._pacer.assign(tracks.values())
        self._members = Counter(track.family for track in tracks.values())
        rate = len(tracks) * SECOND / self._interval
        self._exact = self._stamps is Stamps.BOTH or (
            self._stamps is Stamps.AUTO and rate <= _AFFORDABLE
        )
        self._pause = _pause(self._interval / SECOND, len(tracks))
        # Answers are stamped, and can wait for a second tick where ticks are slow.
        self._every = 2 if self._pause == _SLOW_TICK else 1
        for line in self._lines.values():
            line.stamp(exact=self._exact)
        if self._running:
            self._open()

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
        self._open()

    def close(self) -> None:
        """Close the sockets of an engine that is not to be run after all."""
        for line in self._lines.values():
            line.sock.close()
        self._lines.clear()

    async def run(self) -> None:
        """Probe until cancelled.

        Raises
        ------
        UserError
            If the protocol's socket may not be opened.
        """
        self._running = True
        try:
            self._open()
            self._pacer.resume(self._clock.monotonic())
            for tick in count():
                self._tick(read=tick % self._every == 0)
                await asyncio.sleep(self._pause)
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
        return peers.get(fresh.name) or self._peers.get(fresh.name) or fresh

    def _open(self) -> None:
        for family in {peer.family for peer in self._peers.values()}:
            if family in self._lines:
                continue
            try:
                channel = self._connect(family)
            except OSError as error:
                # A machine without IPv6 still measures IPv4.
                if error.errno != errno.EAFNOSUPPORT:
                    raise
            else:
                self._lines[family] = Line(channel, self._clock, exact=self._exact)

    def _tick(self, *, read: bool) -> None:
        now = self._clock.monotonic()
        if read:
            now = self._look(now)
        if turns := self._turns(now):
            self._send(turns, now)
        self.counts.skipped = self._pacer.skipped
        if read:
            self._tell()

    def _look(self, now: int) -> int:
        """Settle what has been answered or given up; return the time."""
        for line in self._lines.values():
            steady = line.steady()
            if dropped := line.overflowed():
                self.counts.dropped += dropped
                self._ledger.excuse(line.drained, self._clock.monotonic())
            # Stamps of what left, before the answers that they are needed for.
            self._refused(line, steady=steady)
            self._receive(line, steady)
        now = self._clock.monotonic()
        self._error.roll(now)
        # Only what was read in vain is lost: answers may still be in the socket,
        # though a flood of strays must not put that off for ever.
        read = min((line.drained for line in self._lines.values()), default=now)
        self._ledger.expire(max(read, now - self._deadline))
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
        for family, line in self._lines.items():
            mine = [track for track in tracks if track.family == family]
            served += len(mine)
            self._send_through(line, mine, now)
        if served == len(tracks):
            return
        for track in tracks:
            if track.peer is None:
                self._ledger.unsent(track, Outcome.UNRESOLVED)
            elif track.family not in self._lines:
                self.counts.unsent["EAFNOSUPPORT"] += 1

    def _send_through(self, line: Line, tracks: Sequence[Track], now: int) -> None:
        remembered = self._ledger.remembered(now)
        # Each target once: what does not leave can then give its number back.
        group = max(1, min(line.group, self._members[line.sock.family]))
        if len(self._peers) < len(self._tracks):
            group = 1
        for start in range(0, len(tracks), group):
            packets = line.load(tracks[start : start + group], remembered)
            first = attempts = 0
            while first < len(packets):
                sent = line.send(packets, first)
                if sent > 0:
                    left = packets[first : first + sent]
                    self._ledger.sent(left, self._clock.monotonic())
                    first += sent
                    attempts = 0
                    continue
                # An ICMP error about some earlier packet surfaces here too, and
                # then this one has not been sent: it is not to blame.
                attempts += 1
                if self._refused(line) and attempts < _SEND_ATTEMPTS:
                    continue
                packet = packets[first]
                packet.peer.take_back(packet)
                self._not_sent(packet.track, -sent)
                first += 1
                attempts = 0

    def _not_sent(self, track: Track, number: int) -> None:
        if number in _NO_WAY_THERE:
            self._ledger.unsent(track, Outcome.UNREACHABLE)
        elif number == errno.EMSGSIZE:
            self._ledger.unsent(track, Outcome.TOO_BIG)
        elif number in _OURS or number in _FROM_AFAR:
            self.counts.unsent[errno.errorcode[number]] += 1
        else:
            raise OSError(number, os.strerror(number))

    def _receive(self, line: Line, steady: bool) -> None:
        """Read answers until there are none; what is stamped is timed."""
        left = _DRAIN
        while left > 0:
            count = line.receive(left)
            if count == -errno.EAGAIN:
                line.drained = self._clock.monotonic()
                return
            if count > 0:
                self._read(line, count, steady)
            # About some packet of ours, and told in full by the error queue.
            elif not self._refused(line) and -count not in _FROM_AFAR:
                raise OSError(-count, os.strerror(-count))
            left -= abs(count) if count > 0 else 1

    def _read(self, line: Line, count: int, steady: bool) -> None:
        """Settle the packets that these datagrams answer."""
        now = self._clock.monotonic()
        forgotten = self._ledger.remembered(now)
        epoch = line.offset.value
        peers, settle = self._peers, self._ledger.answered
        strays = untimed = doubt = 0
        for name, stamp, sequence, token, held, far, place, size in line.received(
            count
        ):
            peer = peers.get(name)
            if sequence is None or peer is None:
                strays += 1
                continue
            packet = peer.find(sequence)
            # Whatever is still waited for is remembered, however late we look.
            if (
                packet is None
                or packet.token != token
                or (packet.sent < forgotten and packet.outcome is not None)
            ):
                strays += 1
                continue
            delay = None
            if stamp and steady:
                received = stamp - epoch
                # Within what is known of it, it left before it was answered.
                if received < packet.sent <= received + packet.doubt:
                    packet.sent = received
                delay = round_trip(packet.sent, received, now, held)
            if delay is None:
                untimed += 1
            elif packet.doubt > doubt:
                doubt = packet.doubt
            settled = settle(packet, delay)
            ways = packet.track.ways
            if ways is None or far is None:
                continue
            if settled and delay is not None:
                dscp = line.mark(place, size)
                ways.answered(sequence, far, packet.sent + epoch, stamp, dscp)
            else:
                ways.noticed(sequence, far)
        self.counts.strays += strays
        self.counts.untimed += untimed
        self._error.note(line.error(doubt))

    def _refused(self, line: Line, *, steady: bool = True) -> bool:
        """Settle what ICMP said of our packets; return whether it said anything."""
        refusals = line.refusals(steady=steady)
        for refusal in refusals:
            quote = line.channel.quoted(refusal.quoted)
            packet = _match(self._peers.get(refusal.name), quote)
            if packet is None:
                self.counts.strays += 1
            elif refusal.errno == errno.ECONNREFUSED and packet.peer.address[1]:
                self._ledger.settle(packet, Outcome.REFUSED)
            elif refusal.errno == errno.EMSGSIZE:
                self._ledger.settle(packet, Outcome.TOO_BIG)
            else:
                self._ledger.settle(packet, Outcome.UNREACHABLE)
        return bool(refusals)

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


def _match(peer: Peer | None, quote: Answer | None) -> Packet | None:
    """Find the packet that a quotation, perhaps cut short, is of."""
    if peer is None or quote is None:
        return None
    if quote.sequence is None:
        # Routers may quote no more than the UDP header (RFC 792): the address is
        # right, so blame the oldest packet still out.
        return peer.oldest()
    packet = peer.find(quote.sequence)
    if packet is None or quote.token not in (None, packet.token):
        return None
    return packet


def _pause(interval: float, targets: int) -> float:
    """Return the seconds between two ticks.

    Waking up costs more than a packet does, so where targets are asked seldom there are
    fewer ticks; but what leaves in one of them leaves together.
    """
    slowest = min(_SLOW_TICK, interval / _SHARE)
    return max(TICK, min(slowest, _TOGETHER * interval / max(1, targets)))
