"""Routes put together by hand, and what is read from them."""

from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.observation import Outcome
from bellrock.model.route import Change, Ending, Flow, Hop, MtuSource, Route

_TARGET = "10.0.9.9"


def _flow(port: int, *ways: str | None, mtu: int | None = None) -> Flow:
    """Return a flow over these addresses; a known target ends it."""
    hops = tuple(Hop(ttl, address) for ttl, address in enumerate(ways, 1))
    ending = Ending.REACHED if ways[-1] == _TARGET else Ending.SILENT
    source = None if mtu is None else MtuSource.PASSED
    return Flow(port, 33434, hops, ending, mtu=mtu, mtu_source=source)


def _route(*flows: Flow, incomplete: frozenset[int] = frozenset()) -> Route:
    outcome = Outcome.SUCCESS if any(f.reached for f in flows) else Outcome.TIMEOUT
    return Route("far", _TARGET, 0.0, outcome, flows, incomplete=incomplete)


def test_two_branches_are_told_apart_with_the_mtu_of_each() -> None:
    route = _route(
        _flow(1, "r", "a", _TARGET, mtu=1500),
        _flow(2, "r", "b", _TARGET, mtu=1400),
        _flow(3, "r", "a", _TARGET, mtu=1500),
    )
    assert [(b.hops[1], len(b.flows), b.mtu) for b in route.branches] == [
        ("a", 2, 1500),
        ("b", 1, 1400),
    ]
    assert route.mtu == 1400
    assert route.links == {("r", "a"), ("r", "b"), ("a", _TARGET), ("b", _TARGET)}


def test_a_silent_hop_is_no_branch_and_makes_no_link() -> None:
    route = _route(_flow(1, "r", "a", _TARGET), _flow(2, "r", None, _TARGET))
    assert len(route.branches) == 1
    assert ("r", _TARGET) not in route.links


def test_packets_of_one_flow_that_are_spread_make_no_branch_and_no_link() -> None:
    spread = (Hop(1, "r"), Hop(2, "b", others=("a",)), Hop(3, _TARGET))
    route = Route(
        "far",
        _TARGET,
        0.0,
        Outcome.SUCCESS,
        (_flow(1, "r", "a", _TARGET), Flow(2, 33434, spread, Ending.REACHED)),
        per_packet=frozenset({2}),
    )
    assert len(route.branches) == 1
    assert route.at_ttl(2) == {"a", "b"}
    assert route.links == {("r", "a"), ("a", _TARGET)}


def test_load_balancing_the_other_way_round_is_no_change() -> None:
    before = _route(_flow(1, "r", "a", _TARGET), _flow(2, "r", "b", _TARGET))
    after = _route(_flow(1, "r", "b", _TARGET), _flow(2, "r", "a", _TARGET))
    assert before.signature() == after.signature() == (("r",), ("a", "b"), (_TARGET,))
    assert after.changes(before) == ()


def test_a_hop_that_falls_silent_is_no_change_and_another_hop_is() -> None:
    before = _route(_flow(1, "r", "a", _TARGET))
    silent = _route(_flow(1, "r", None, _TARGET))
    moved = _route(_flow(1, "r", "b", _TARGET))
    assert silent.changes(before) == before.changes(silent) == ()
    (change,) = moved.changes(before)
    assert change == Change(2, gone=frozenset({"a"}), new=frozenset({"b"}))


def test_a_branch_found_where_not_all_were_is_no_change() -> None:
    few = _route(_flow(1, "r", "a", _TARGET), incomplete=frozenset({2}))
    more = _route(_flow(1, "r", "a", _TARGET), _flow(2, "r", "b", _TARGET))
    assert more.changes(few) == ()
    assert few.changes(more) == ()


def test_what_only_a_flow_shows_that_one_of_them_has_is_no_change() -> None:
    fixed = _flow(1, "r", "a", _TARGET)
    before = _route(fixed)
    more = _route(fixed, _flow(2, "r", "b", _TARGET))
    assert more.changes(before) == before.changes(more) == ()
    kept = _route(fixed, _flow(2, "r", "a", _TARGET))
    (gone,) = kept.changes(more)
    (new,) = more.changes(kept)
    assert gone == Change(2, gone=frozenset({"b"}), new=frozenset())
    assert new == Change(2, gone=frozenset(), new=frozenset({"b"}))


def test_where_no_flow_is_in_both_all_of_them_tell() -> None:
    before = _route(_flow(1, "r", "a", _TARGET))
    (change,) = _route(_flow(2, "r", "b", _TARGET)).changes(before)
    assert change == Change(2, gone=frozenset({"a"}), new=frozenset({"b"}))


def test_a_route_that_no_longer_arrives_has_not_changed_where_it_is_silent() -> None:
    before = _route(_flow(1, "r", "a", _TARGET))
    after = _route(_flow(1, "r", None))
    assert after.changes(before) == ()
    assert after.length == 1


def test_a_shorter_route_has_lost_its_farther_hops() -> None:
    before = _route(_flow(1, "r", "a", _TARGET))
    after = _route(_flow(1, "r", _TARGET))
    assert [change.ttl for change in after.changes(before)] == [2, 3]


_WAYS = st.lists(
    st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=1, max_size=4),
    min_size=1,
    max_size=6,
)


@given(_WAYS)
def test_branches_explain_every_flow_once_and_nothing_is_its_own_change(
    ways: list[list[str | None]],
) -> None:
    flows = [_flow(port, *way, _TARGET) for port, way in enumerate(ways, 1)]
    route = _route(*flows)
    branches = route.branches
    assert sorted(f.source_port for b in branches for f in b.flows) == [
        flow.source_port for flow in flows
    ]
    assert len(branches) <= len({flow.addresses for flow in flows})
    assert {hop for b in branches for hop in b.hops if hop} == route.addresses
    assert route.changes(route) == ()
