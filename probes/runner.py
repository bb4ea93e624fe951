"""Run probes and turn what happened into data.

The only module of :mod:`probes` that turns an exception into an outcome. Probes have
two shapes: a *call*, one coroutine per target, given to :func:`run`; and an *engine*,
one socket per address family and one pacing loop for all targets.
"""

import asyncio
import errno
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bellrock.model.catalogue import Metric
from bellrock.model.observation import (
    DEFAULT_CLASS,
    Outcome,
    Probe,
    RoundTrips,
    Sample,
)
from probes import kernel
from probes.channel import Answer, Channel, Ways
from probes.clock import SECOND, Clock, nanoseconds
from probes.ledger import Ledger, Packet, Peer, Track
from probes.pacing import Pacer
from probes.target import Address, Target, resolve
from probes.timing import ErrorBound, round_trip, stepped

Report = Callable[[RoundTrips], None]

TICK = 0.02
"""Seconds between two looks at the sockets; stamps are the kernel's, so it costs
latency of the report and nothing else."""

_PATIENCE = nanoseconds(0.1)
_DRAIN = 4096
_DATAGRAM_SIZE = 2048
_SEND_ATTEMPTS = 3

_NO_WAY_THERE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}

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

    try:
        async with asyncio.timeout(deadline):
            outcome = await probe(host, observe)
    except TimeoutError:
        outcome = Outcome.TIMEOUT
    except ConnectionRefusedError:
        outcome = Outcome.REFUSED
    except ConnectionError:
        outcome = Outcome.RESET
    except socket.gaierror:
        outcome = Outcome.UNRESOLVED
    except OSError as error:
        if error.errno == errno.EMSGSIZE:
            outcome = Outcome.TOO_BIG
        elif error.errno in _NO_WAY_THERE:
            outcome = Outcome.UNREACHABLE
        else:
            raise
    return outcome, samples


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
    unsent : Counter of str
        Packets this machine would not send, by the name of the error.
    """

    strays: int = 0
    skipped: int = 0
    untimed: int = 0
    unsent: Counter[str] = field(default_factory=Counter)


class _Line:
    """A channel, and how the wall clock stood when it was last seen empty."""

    def __init__(self, channel: Channel, clock: Clock) -> None:
        self.channel = channel
        self.sock = channel.sock
        self.offset = clock.offset()
        self.drained = clock.monotonic()


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
        every = nanoseconds(interval)
        self._pacer: Pacer[Track] = Pacer(
            every, _PATIENCE, clock.monotonic(), secrets.randbelow(every)
        )
        self._running = False
        self._left: dict[Track, int] | None = None
        self._lines: dict[int, _Line] = {}
        self._peers: dict[Address, Peer] = {}
        self._tracks: dict[str, Track] = {}
        self._error = ErrorBound()
        self.retarget(targets)

    @property
    def error_bound(self) -> float:
        """Bound in seconds on our own timing error over the last half minute.

        Receipt is stamped by the kernel; what remains is the time a packet took from
        our clock reading through the kernel's sending path, and between the readings
        of the two clocks.
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
        peers: dict[Address, Peer] = {}
        for target in wanted.values():
            track = self._tracks.get(target.id)
            if track is None or track.target != target:
                track = Track(target, self._peer(target, peers), self._ways())
            tracks[target.id] = track
            if track.peer is not None:
                peers[track.peer.address] = track.peer
        for name, track in self._tracks.items():
            track.dropped = tracks.get(name) is not track
        self._tracks, self._peers = tracks, peers
        self._pacer.assign(tracks.values())
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
            while True:
                self._tick()
                await asyncio.sleep(TICK)
        finally:
            self._running = False
            self.close()
            self._ledger.abandon()

    def _peer(self, target: Target, peers: dict[Address, Peer]) -> Peer | None:
        try:
            family, address = resolve(target.address, self._port(target))
        except socket.gaierror:
            return None
        known = peers.get(address) or self._peers.get(address)
        return known or Peer(family, address)

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
                self._lines[family] = _Line(channel, self._clock)

    def _tick(self) -> None:
        for line in self._lines.values():
            self._receive(line)
            self._refused(line)
        now = self._clock.monotonic()
        self._error.roll(now)
        # Only what was read in vain is lost: answers may still be in the socket,
        # though a flood of strays must not put that off for ever.
        read = min((line.drained for line in self._lines.values()), default=now)
        self._ledger.expire(max(read, now - self._deadline))
        for track in self._turns(now):
            self._send(track)
        self.counts.skipped = self._pacer.skipped
        self._tell()

    def _turns(self, now: int) -> Iterable[Track]:
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

    def _send(self, track: Track) -> None:
        peer, clock = track.peer, self._clock
        if peer is None:
            self._ledger.unsent(track, Outcome.UNRESOLVED, clock.monotonic())
            return
        line = self._lines.get(peer.family)
        if line is None:
            self.counts.unsent["EAFNOSUPPORT"] += 1
            return
        sequence = peer.sequence
        wall = clock.realtime()
        datagram, token = line.channel.request(sequence, peer.cookie, wall)
        sendto, address = line.sock.sendto, peer.address
        for _ in range(_SEND_ATTEMPTS):
            started = clock.monotonic()
            try:
                sendto(datagram, address)
            except OSError as error:
                # An ICMP error about some earlier packet surfaces here too, and
                # then this one has not been sent: it is not to blame.
                if not self._refused(line):
                    self._not_sent(track, error, started)
                    return
            else:
                self._error.note(clock.monotonic() - started)
                peer.sequence = (sequence + 1) % line.channel.sequences
                packet = Packet(track, peer, sequence, token, started)
                self._ledger.sent(packet)
                return
        self.counts.unsent["EAGAIN"] += 1

    def _not_sent(self, track: Track, error: OSError, now: int) -> None:
        if error.errno in _NO_WAY_THERE:
            self._ledger.unsent(track, Outcome.UNREACHABLE, now)
        elif error.errno == errno.EMSGSIZE:
            self._ledger.unsent(track, Outcome.TOO_BIG, now)
        elif error.errno in _OURS or error.errno == errno.ECONNREFUSED:
            self.counts.unsent[errno.errorcode[error.errno]] += 1
        else:
            raise error

    def _receive(self, line: _Line) -> None:
        """Read answers until there are none; what is stamped is timed."""
        offset = self._clock.offset()
        steady = not stepped(line.offset, offset)
        recvmsg, read, peers = line.sock.recvmsg, line.channel.answer, self._peers
        for _ in range(_DRAIN):
            try:
                data, ancillary, _, source = recvmsg(_DATAGRAM_SIZE, 128)
            except BlockingIOError:
                line.offset, line.drained = offset, self._clock.monotonic()
                self._error.note(offset.error)
                return
            except OSError as error:
                # About some packet of ours, and told in full by the error queue.
                if not self._refused(line) and error.errno not in _FROM_AFAR:
                    raise
                continue
            answer = read(data)
            packet = _match(peers.get(source), answer)
            if answer is None or packet is None:
                self.counts.strays += 1
                continue
            stamp = kernel.stamp(ancillary) if steady else None
            delay = None
            if stamp is not None:
                received, latest = stamp - offset.value, self._clock.monotonic()
                delay = round_trip(packet.sent, received, latest, answer.held)
            if delay is None:
                self.counts.untimed += 1
            settled = self._ledger.answered(packet, delay)
            ways = packet.track.ways
            if ways is None or answer.far is None:
                continue
            if settled and delay is not None and stamp is not None:
                sent, dscp = packet.sent + offset.value, kernel.mark(ancillary)
                ways.answered(packet.sequence, answer.far, sent, stamp, dscp)
            else:
                ways.noticed(packet.sequence, answer.far)

    def _refused(self, line: _Line) -> bool:
        """Settle what ICMP said of our packets; return whether it said anything."""
        refusals = kernel.refusals(line.sock)
        for refusal in refusals:
            quote = line.channel.quoted(refusal.quoted)
            packet = _match(self._peers.get(refusal.address), quote)
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
        for track in self._ledger.reports(now):
            delays = tuple(delay / SECOND for _, delay in sorted(track.delays))
            forward, reverse = track.ways.report() if track.ways else (None, None)
            self._report(
                RoundTrips(
                    probe=self._probe,
                    target=track.target.id,
                    at=now / SECOND,
                    delays=delays,
                    outcomes=track.outcomes,
                    late=track.late,
                    duplicates=track.duplicates,
                    reordered=track.reordered,
                    service_class=self._service_class,
                    forward=forward,
                    reverse=reverse,
                )
            )


def _match(peer: Peer | None, answer: Answer | None) -> Packet | None:
    """Find the packet an answer from this peer belongs to, if it is true."""
    if peer is None or answer is None:
        return None
    if answer.sequence is None:
        # Routers may quote no more than the UDP header (RFC 792): the address is
        # right, so blame the oldest packet still out.
        out = (packet for packet in peer.packets.values() if packet.outcome is None)
        return next(out, None)
    packet = peer.packets.get(answer.sequence)
    if packet is None or answer.token not in (None, packet.token):
        return None
    return packet
