"""The way packets take to a target: hops, branches, and what fits through each.

A *flow* is what routers balance load by: its packets share addresses, protocol and
ports, so all of them take one way. A *route* is what its flows found together. What
did not answer is None, in every field, and is never guessed from its neighbours.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bellrock.model.branching import Ways
from bellrock.model.observation import DEFAULT_CLASS, Outcome


class Ending(StrEnum):
    """Why a flow was followed no further.

    ``reached``: the target itself answered. ``unreachable``: the last hop said that it
    goes no further. ``loop``: an address came again after another. ``silent``: nothing
    beyond the last hop answers. ``too_far``: routers still answer at the highest TTL.
    """

    REACHED = "reached"
    UNREACHABLE = "unreachable"
    LOOP = "loop"
    SILENT = "silent"
    TOO_FAR = "too_far"


class MtuSource(StrEnum):
    """How a flow's MTU is known, the surest first.

    ``passed``: a packet of this size was answered by the target, and a larger one was
    refused in words or is more than our own interface takes. ``searched``: the same,
    but larger ones vanish without a word: an MTU black hole, found by search (RFC
    8899). ``told``: a router said so (RFC 1191, RFC 8201), and the target answers
    nothing, so that it may be less still.
    """

    PASSED = "passed"
    SEARCHED = "searched"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Hop:
    """Who answered a packet that was to live for so many hops.

    Attributes
    ----------
    ttl : int
        Time to live, or hop limit, it was sent with; the first router is 1.
    address : str or None
        Source of the answer, in text; None where nothing answered.
    rtt : float or None
        Round-trip delay in seconds; None where nothing answered, or the clock was
        stepped meanwhile.
    others : tuple of str
        Who else answered this same flow here: a router before it balances packet by
        packet, not by flow.
    labels : tuple of int
        MPLS label stack that the packet arrived with, outermost first, where the
        router tells (RFC 4950).
    """

    ttl: int
    address: str | None
    rtt: float | None = None
    others: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()

    @property
    def addresses(self) -> frozenset[str]:
        """All that answered here; empty where nothing did."""
        return frozenset(self.others if self.address is None else self._all())

    def _all(self) -> Iterable[str]:
        return (str(self.address), *self.others)


@dataclass(frozen=True, slots=True)
class Flow:
    """One way to the target, as all packets between these two ports take it.

    Attributes
    ----------
    source_port, destination_port : int
        Of UDP or TCP. All but one stay the same from one route to the next, so that a
        change of hops is the network's doing.
    hops : tuple of Hop
        One for each TTL from 1, without gaps; the target is the last if it was
        reached.
    ending : Ending
        Why there are no more.
    code : int or None
        ICMP code of what the last hop said, where `ending` is unreachable.
    mtu : int or None
        Largest IP packet in bytes, headers and all, that gets through undivided; None
        if it was not measured or could not be.
    mtu_source : MtuSource or None
        How the MTU is known.
    mtu_told_by : str or None
        The router that named it, which is the one before the narrow link.
    """

    source_port: int
    destination_port: int
    hops: tuple[Hop, ...]
    ending: Ending
    code: int | None = None
    mtu: int | None = None
    mtu_source: MtuSource | None = None
    mtu_told_by: str | None = None

    @property
    def reached(self) -> bool:
        """Whether the target itself answered."""
        return self.ending is Ending.REACHED

    @property
    def black_hole(self) -> bool:
        """Whether packets over the MTU vanish without a word."""
        return self.mtu_source is MtuSource.SEARCHED

    @property
    def addresses(self) -> tuple[str | None, ...]:
        """Who answered at each TTL from 1."""
        return tuple(hop.address for hop in self.hops)


@dataclass(frozen=True, slots=True)
class Branch:
    """Flows that take the same way, as far as can be told.

    Attributes
    ----------
    hops : tuple of str or None
        Who answers at each TTL from 1.
    flows : tuple of Flow
        Those that fit: a flow with silent hops is listed with the first branch that it
        does not contradict.
    """

    hops: tuple[str | None, ...]
    flows: tuple[Flow, ...]

    @property
    def mtu(self) -> int | None:
        """The smallest MTU among its flows; None if none is known."""
        return min((flow.mtu for flow in self.flows if flow.mtu), default=None)


@dataclass(frozen=True, slots=True)
class Change:
    """What one TTL shows that an earlier route did not, and the other way round."""

    ttl: int
    gone: frozenset[str]
    new: frozenset[str]


@dataclass(frozen=True, slots=True)
class Route:
    """All ways to one target that were found, from one vantage point.

    Attributes
    ----------
    target : str
        Id of the device, or what the person typed.
    address : str or None
        Address the packets went to; None if the name did not resolve.
    at : float
        When the last answer was waited for; seconds, monotonic.
    outcome : Outcome
        success: some flow reached the target. timeout: none did, and nothing says
        why. unreachable: routers, or this machine, say that there is no way.
        unresolved: the name has no address. unsupported: this machine lacks the
        address family.
    flows : tuple of Flow
        By source port; empty unless something could be sent.
    confidence : float
        With how much confidence each router's next hops are all of them, 0 to 1, if it
        balances evenly; not so at the TTLs in `incomplete`.
    incomplete : frozenset of int
        TTLs where there may be more addresses than were found: the limit on flows or
        on packets came first, or some flow got no answer.
    per_packet : frozenset of int
        TTLs where one flow is answered by several addresses.
    duration : float
        Seconds it took.
    sent, answered, strays : int
        Packets sent, those of them answered, and answers that were not believed: they
        do not quote what we sent.
    service_class : str
        The class of service it was sent in.
    detail : str
        Words for a person where this machine could not send.
    """

    target: str
    address: str | None
    at: float
    outcome: Outcome
    flows: tuple[Flow, ...] = ()
    confidence: float = 0.95
    incomplete: frozenset[int] = field(default_factory=frozenset)
    per_packet: frozenset[int] = field(default_factory=frozenset)
    duration: float = 0.0
    sent: int = 0
    answered: int = 0
    strays: int = 0
    service_class: str = DEFAULT_CLASS
    detail: str = ""

    @property
    def reached(self) -> bool:
        """Whether any flow reached the target."""
        return any(flow.reached for flow in self.flows)

    @property
    def length(self) -> int:
        """The highest TTL anything is known of."""
        known = (hop.ttl for flow in self.flows for hop in flow.hops if hop.addresses)
        return max(known, default=0)

    @property
    def mtu(self) -> int | None:
        """The smallest MTU of any flow: what fits whichever way a packet takes."""
        return min((flow.mtu for flow in self.flows if flow.mtu), default=None)

    @property
    def addresses(self) -> frozenset[str]:
        """Every router that answered, and the target if it did."""
        hops = (hop for flow in self.flows for hop in flow.hops)
        return frozenset().union(*(hop.addresses for hop in hops))

    @property
    def links(self) -> frozenset[tuple[str, str]]:
        """Pairs of addresses that answered one after the other in one flow.

        None is made up across a silent hop, and none where packets of one flow are
        spread: which of the addresses followed which is not known there.
        """
        pairs = set()
        for flow in self.flows:
            for near, far in zip(flow.hops, flow.hops[1:], strict=False):
                if near.address and far.address and not near.others and not far.others:
                    pairs.add((near.address, far.address))
        return frozenset(pairs)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The fewest ways that explain all that was seen, the most travelled first.

        A way whose known hops are all found in another is not counted apart: silence
        is no branch. Nor do packets of one flow that are spread make any.
        """
        ways, found = Ways(self.per_packet), list[list[Flow]]()
        # Those that know most come first, so that the others can fit in with them.
        for flow in sorted(self.flows, key=_unknown):
            home = ways.first(flow.addresses, reached=flow.reached)
            if home is None:
                ways.add(flow.addresses)
                found.append([flow])
            else:
                found[home].append(flow)
        branches = (Branch(flows[0].addresses, tuple(flows)) for flows in found)
        return tuple(sorted(branches, key=lambda branch: -len(branch.flows)))

    def at_ttl(self, ttl: int) -> frozenset[str]:
        """Return who answered at a TTL, of all flows."""
        return _at(self.flows, ttl)

    def certain(self, ttl: int) -> bool:
        """Tell whether :meth:`at_ttl` is all there is, at the stated confidence."""
        if ttl in self.incomplete or not self.flows:
            return False
        return all(_certain(flow, ttl) for flow in self.flows)

    def signature(self) -> tuple[tuple[str, ...], ...]:
        """Return who answers at each TTL, sorted: what stays while the route does.

        Which flow takes which branch is not in it. A hop that fell silent does show in
        it, and an undiscovered branch too; :meth:`changes` knows better.
        """
        return tuple(
            tuple(sorted(self.at_ttl(ttl))) for ttl in range(1, self.length + 1)
        )

    def changes(self, earlier: "Route") -> tuple[Change, ...]:
        """Return where this route is surely not what it was, nearest first.

        An address is new only where the earlier route knew all of them, and gone only
        where this one does; and only if a flow says so that both have followed, where
        there are any such. So neither load balancing, nor a router that stops
        answering, nor one more branch found by chance is a change.
        """
        then, since = self._both_followed(earlier)
        found = []
        for ttl in range(1, max(self.length, earlier.length) + 1):
            before, now = earlier.at_ttl(ttl), self.at_ttl(ttl)
            new = _at(since, ttl) - before if earlier.certain(ttl) else frozenset()
            gone = _at(then, ttl) - now if self.certain(ttl) else frozenset()
            if new or gone:
                found.append(Change(ttl, gone, new))
        return tuple(found)

    def _both_followed(self, earlier: "Route") -> tuple[list[Flow], list[Flow]]:
        """Return the earlier route's flows and this one's, those that both have."""
        then = {flow.source_port: flow for flow in earlier.flows}
        since = {flow.source_port: flow for flow in self.flows}
        both = then.keys() & since.keys() or then.keys() | since.keys()
        return (
            [flow for port, flow in then.items() if port in both],
            [flow for port, flow in since.items() if port in both],
        )


def _at(flows: Iterable[Flow], ttl: int) -> frozenset[str]:
    hops = (hop for flow in flows for hop in flow.hops if hop.ttl == ttl)
    return frozenset().union(*(hop.addresses for hop in hops))


def _unknown(flow: Flow) -> tuple[int, int, int]:
    known = sum(address is not None for address in flow.addresses)
    return (not flow.reached, -known, flow.source_port)


def _certain(flow: Flow, ttl: int) -> bool:
    if ttl <= len(flow.hops):
        return flow.hops[ttl - 1].address is not None
    return flow.ending in (Ending.REACHED, Ending.UNREACHABLE, Ending.LOOP)
