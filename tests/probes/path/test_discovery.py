"""The search for branches, over networks made up by hypothesis.

Only the search is fed answers here; what travels is tested over real sockets.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.route import Ending, Flow
from probes.path.discovery import Ask, Discovery, Kind, Seen
from probes.path.next_hops import NextHops

_TARGET = "target"
Network = Callable[[Ask], Seen | None]


@dataclass
class Balanced:
    """Routers in levels; each flow draws its next hop among those of its router."""

    widths: list[int]
    seed: int
    silent: frozenset[int] = frozenset()

    def __call__(self, ask: Ask) -> Seen | None:
        if ask.ttl > len(self.widths):
            return Seen(Kind.ARRIVED, _TARGET, 0.001)
        if ask.ttl in self.silent:
            return None
        return Seen(Kind.EXPIRED, self.router(ask), 0.001)

    def router(self, ask: Ask) -> str:
        name = ""
        for ttl in range(1, ask.ttl + 1):
            draw = random.Random(f"{self.seed}/{ask.flow}/{ttl}/{name}")
            name += f"/{draw.randrange(self.widths[ttl - 1])}"
        return name


def _searched(network: Network, *, flows: int = 128, single: bool = False) -> Discovery:
    """Run a search to its end; packets are answered or lost one after the other."""
    search = Discovery(flows=flows, max_ttl=30, failure=0.05)
    search.single = single
    out: list[Ask] = []
    now = 0.0
    for _ in range(100_000):
        now += 0.01
        ask = search.next(now)
        if ask is not None:
            if single:
                assert ask.flow not in [earlier.flow for earlier in out]
            out.append(ask)
        elif out:
            first = out.pop(0)
            seen = network(first)
            if seen is None:
                search.lost(first)
            else:
                search.answered(first, seen)
        elif search.done:
            return search
    raise AssertionError("the search does not end")


def _flows(search: Discovery) -> tuple[Flow, ...]:
    return search.found(list(range(search.flows)), 33434)


_NETWORKS = st.builds(
    Balanced,
    widths=st.lists(st.integers(1, 4), min_size=0, max_size=5),
    seed=st.integers(0, 1 << 32),
    silent=st.frozensets(st.integers(1, 5), max_size=2),
)


@given(network=_NETWORKS, single=st.booleans())
@settings(max_examples=30, deadline=None)
def test_every_flow_is_followed_to_the_target_and_nothing_is_made_up(
    network: Balanced, single: bool
) -> None:
    for number, flow in enumerate(_flows(_searched(network, single=single))):
        assert flow.reached
        *routers, target = flow.hops
        assert target.address == _TARGET
        assert len(routers) == len(network.widths)
        for hop in routers:
            seen = network(Ask(number, hop.ttl))
            assert hop.address == (seen and seen.address)


def test_all_branches_are_found_as_often_as_is_said() -> None:
    found = 0
    for seed in range(200):
        search = _searched(Balanced([1, 4, 1], seed))
        seen = {flow.addresses[1] for flow in _flows(search)}
        found += len(seen) == 4
        assert search.incomplete == frozenset()
    # 190 are promised; five standard deviations below that is chance no more.
    assert found >= 175


def test_a_path_without_branches_costs_six_flows() -> None:
    search = _searched(Balanced([1, 1, 1], 1))
    assert search.flows == 6


def test_too_few_flows_are_said_to_be_too_few() -> None:
    search = _searched(Balanced([1, 16, 1], 1), flows=20)
    assert search.flows == 20
    assert 2 in search.incomplete


def test_nothing_answers_and_it_ends_soon() -> None:
    search = _searched(lambda _: None)
    assert all(flow.ending is Ending.SILENT for flow in _flows(search))
    assert all(flow.hops == () for flow in _flows(search))


def test_a_firewalled_target_leaves_the_hops_before_it() -> None:
    def network(ask: Ask) -> Seen | None:
        return Seen(Kind.EXPIRED, f"r{ask.ttl}") if ask.ttl <= 3 else None

    for flow in _flows(_searched(network)):
        assert flow.ending is Ending.SILENT
        assert flow.addresses == ("r1", "r2", "r3")


def test_a_loop_ends_where_it_is_seen_to_be_one() -> None:
    def network(ask: Ask) -> Seen:
        return Seen(Kind.EXPIRED, ["a", "b"][ask.ttl % 2])

    for flow in _flows(_searched(network)):
        assert flow.ending is Ending.LOOP
        assert flow.addresses == ("b", "a", "b")


def test_a_router_that_says_no_ends_the_flow_with_its_code() -> None:
    def network(ask: Ask) -> Seen:
        if ask.ttl >= 2:
            return Seen(Kind.REFUSED, "r2", code=13)
        return Seen(Kind.EXPIRED, "r1")

    for flow in _flows(_searched(network)):
        assert (flow.ending, flow.code) == (Ending.UNREACHABLE, 13)


def test_a_router_that_seldom_says_no_is_not_waited_for() -> None:
    said = 0

    def seldom(_: Ask) -> Seen | None:
        nonlocal said
        said += 1
        return Seen(Kind.REFUSED, "r1", code=0) if said == 1 else None

    search = _searched(seldom)
    assert search.flows == 6
    assert [flow.ending for flow in _flows(search)].count(Ending.UNREACHABLE) == 1


def test_packet_by_packet_is_told_from_flow_by_flow() -> None:
    dice = random.Random(7)

    def spread(ask: Ask) -> Seen:
        if ask.ttl == 3:
            return Seen(Kind.ARRIVED, _TARGET)
        return Seen(Kind.EXPIRED, f"{ask.ttl}{dice.choice('ab')}")

    assert _searched(spread).per_packet == {1, 2}
    assert _searched(Balanced([2, 2], 3)).per_packet == frozenset()


def test_a_router_that_answers_one_in_three_is_asked_again_and_slower() -> None:
    asked = 0

    def rationed(ask: Ask) -> Seen | None:
        nonlocal asked
        if ask.ttl == 2:
            asked += 1
            if asked % 3:
                return None
        return Balanced([1, 1, 1], 0)(ask)

    search = _searched(rationed)
    assert {flow.addresses[1] for flow in _flows(search)} >= {"/0/0"}
    assert all(flow.reached for flow in _flows(search))


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_whatever_comes_back_it_ends_and_has_no_gaps(data: st.DataObject) -> None:
    seeds = data.draw(st.integers(0, 1 << 32))
    dice = random.Random(seeds)

    def chaos(_: Ask) -> Seen | None:
        kind = dice.choice([Kind.EXPIRED] * 6 + [Kind.ARRIVED, Kind.REFUSED, None])
        return kind and Seen(kind, f"r{dice.randrange(4)}", code=dice.randrange(16))

    for flow in _flows(_searched(chaos, flows=24)):
        assert [hop.ttl for hop in flow.hops] == list(range(1, len(flow.hops) + 1))


@given(seed=st.integers(0, 1 << 32), single=st.booleans())
@settings(max_examples=40, deadline=None)
def test_in_whatever_order_answers_come_nothing_is_waited_for_in_the_end(
    seed: int, single: bool
) -> None:
    """Lost, refused by this machine, late: and what is incomplete is kept up."""
    dice = random.Random(seed)
    search = Discovery(flows=24, max_ttl=12, failure=0.05)
    search.single = single
    out: list[Ask] = []
    lost: list[Ask] = []
    now = 0.0
    while not search.done:
        now += 0.01
        ask = search.next(now)
        if ask is not None:
            out.append(ask)
        elif out:
            ask = out.pop(dice.randrange(len(out)))
            fate = dice.random()
            if fate < 0.2:
                search.lost(ask)
                lost.append(ask)
            elif fate < 0.25:
                search.unsent(ask)
            else:
                kind = Kind.ARRIVED if ask.ttl >= 6 else Kind.EXPIRED
                search.answered(ask, Seen(kind, f"{ask.ttl}{dice.randrange(3)}"))
        if lost and dice.random() < 0.05:
            late = lost.pop()
            search.answered(late, Seen(Kind.EXPIRED, f"{late.ttl}x"), late=True)
        assert now < 1_000
    assert out == []
    fresh = NextHops.of(search._trails, 0.05)
    assert search.incomplete == fresh.incomplete()
