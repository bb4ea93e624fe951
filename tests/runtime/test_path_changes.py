"""A way is another one when two traces in a row say so, and not before."""

from bellrock.model.observation import Outcome
from bellrock.model.route import Change, Ending, Flow, Hop, Route
from bellrock.runtime.path_changes import LESS_KNOWN, PathHistory

TARGET = "10.0.0.9"


def route(*ways: str, reached: bool = True) -> Route:
    """Return a route with a flow for each way: ``"a b *"``, the target comes last."""
    flows = []
    for number, way in enumerate(ways):
        addresses = [None if a == "*" else a for a in way.split()]
        if reached:
            addresses.append(TARGET)
        hops = tuple(Hop(ttl, a) for ttl, a in enumerate(addresses, 1))
        ending = Ending.REACHED if reached else Ending.SILENT
        flows.append(Flow(33_000 + number, 33_434, hops, ending))
    outcome = Outcome.SUCCESS if reached else Outcome.TIMEOUT
    return Route("cpe", TARGET, 0.0, outcome, tuple(flows))


def changes(*routes: Route) -> list[tuple[Change, ...]]:
    history = PathHistory()
    return [history.add(each) for each in routes]


def moved(ttl: int, gone: str, new: str) -> tuple[Change, ...]:
    return (Change(ttl, frozenset(gone.split()), frozenset(new.split())),)


def test_two_traces_in_a_row_make_a_change_and_later_ones_none() -> None:
    one, other = route("a b"), route("a c")
    assert changes(one, one, other, other, other) == [
        *[(), (), ()],
        moved(2, "b", "c"),
        (),
    ]


def test_one_trace_alone_is_none_nor_are_two_that_differ() -> None:
    one = route("a b")
    assert changes(one, route("a c"), one, route("a c"), one) == [()] * 5
    assert changes(one, route("a c"), route("a d")) == [()] * 3
    half_way, after = route("a c"), route("x c")
    found = changes(one, half_way, after, after)
    assert found[:3] == [()] * 3
    assert [change.ttl for change in found[3]] == [1, 2]


def test_flows_that_take_each_others_branch_are_no_change() -> None:
    assert changes(route("a b", "a c"), route("a c", "a b"), route("a c", "a b")) == [
        *[(), (), ()]
    ]


def test_a_lost_answer_is_no_change_and_is_not_held_against_the_next_trace() -> None:
    one, lost = route("a b"), route("a *")
    assert changes(one, lost, lost, one) == [()] * 4
    # What was known before the answer was lost still tells that it is another one.
    other = route("a c")
    assert changes(one, lost, other, other)[-1] == moved(2, "b", "c")


def test_a_hop_that_stays_silent_is_forgotten_in_the_end() -> None:
    history = PathHistory()
    for each in (route("a b"), *[route("a *")] * LESS_KNOWN):
        history.add(each)
    assert history.known == route("a *")
    assert history.add(route("a c")) == ()
    assert history.known == route("a c")


def test_an_outage_neither_confirms_nor_denies() -> None:
    one, other, none = route("a b"), route("a c"), route("a", reached=False)
    found = changes(one, none, none, one, other, none, other)
    assert found[:-1] == [()] * 6
    assert found[-1] == moved(2, "b", "c")


def test_what_counts_is_the_old_way_until_the_new_one_is_certain() -> None:
    history = PathHistory()
    history.add(route("a b"))
    assert not history.doubtful
    history.add(route("a c"))
    assert history.doubtful
    assert history.known == route("a b")
    history.add(route("a c"))
    assert not history.doubtful
    assert history.known == route("a c")
