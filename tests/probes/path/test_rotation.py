"""What chance hides from one trace is found by a later one, and kept."""

from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.route import Ending, Flow, Hop
from probes.path import rotation
from probes.path.rotation import Rotation

TARGET = "10.0.0.9"
PORTS = 16
ENOUGH = 4
"""Flows after which these traces believe that there is one way."""


def followed(port: int, *, rare: frozenset[int], ending: Ending) -> Flow:
    """Follow a flow through a router that sends few ports another way."""
    way = ("r", "b" if port in rare else "a", TARGET)
    hops = tuple(Hop(ttl, address) for ttl, address in enumerate(way, 1))
    return Flow(port, 33_434, hops, ending)


def traced(
    ports: Rotation,
    rare: frozenset[int],
    *,
    address: str = TARGET,
    ending: Ending = Ending.REACHED,
) -> list[int]:
    """Trace a target once; return the ports it took."""
    order = ports.order(address)
    taken = order.ports[: max(ENOUGH, order.least)]
    flows = tuple(followed(port, rare=rare, ending=ending) for port in taken)
    ports.learn(address, order, flows)
    return taken


def test_every_port_has_its_turn_and_the_others_stay() -> None:
    ports = Rotation(PORTS)
    turns = [traced(ports, frozenset()) for _ in range(2 * PORTS)]
    assert turns[0] == [0, 1, 2, 3]
    assert turns[1] == [4, 1, 0, 2]
    assert {first for first, *_ in turns} >= set(range(ENOUGH, PORTS))
    assert all(1 in turn for turn in turns)


def test_a_port_that_shows_more_is_used_from_then_on() -> None:
    ports, rare = Rotation(PORTS), frozenset({9})
    turns = [traced(ports, rare) for _ in range(3 * PORTS)]
    first = next(number for number, turn in enumerate(turns) if 9 in turn)
    assert first < PORTS
    assert all(9 in turn for turn in turns[first:])


@given(
    rare=st.frozensets(st.integers(0, PORTS - 1), min_size=1, max_size=PORTS - 1),
    hasty=st.integers(1, ENOUGH),
)
def test_who_was_met_is_met_again_however_few_ports_are_followed(
    rare: frozenset[int], hasty: int
) -> None:
    ports = Rotation(PORTS)
    met: list[bool] = []
    for _ in range(PORTS + 1):
        order = ports.order(TARGET)
        taken = order.ports[: max(hasty, order.least)]
        flows = [followed(port, rare=rare, ending=Ending.REACHED) for port in taken]
        ports.learn(TARGET, order, tuple(flows))
        met.append(len({flow.addresses for flow in flows}) == 2)
    assert met == sorted(met)
    assert met[-1]


def test_a_port_that_shows_what_others_do_is_not_kept() -> None:
    ports, rare = Rotation(PORTS), frozenset({1, 9})
    turns = [traced(ports, rare) for _ in range(PORTS)]
    assert sum(9 in turn for turn in turns) == 1


def test_one_that_does_not_arrive_shows_nothing() -> None:
    ports, rare = Rotation(PORTS), frozenset({9})
    turns = [traced(ports, rare, ending=Ending.SILENT) for _ in range(PORTS)]
    assert sum(9 in turn for turn in turns) == 1


def test_one_that_told_something_is_kept_while_answers_are_lost() -> None:
    ports, rare = Rotation(PORTS), frozenset({9})
    while 9 not in traced(ports, rare):
        pass
    assert 9 in traced(ports, rare, ending=Ending.SILENT)
    assert 9 in traced(ports, rare)
    # The other way is there no more.
    traced(ports, frozenset())
    assert 9 not in traced(ports, frozenset())


def test_targets_have_turns_of_their_own() -> None:
    ports = Rotation(PORTS)
    traced(ports, frozenset())
    assert traced(ports, frozenset(), address="10.0.0.8") == [0, 1, 2, 3]
    assert traced(ports, frozenset())[0] == ENOUGH


def test_no_more_ports_than_are_asked_for() -> None:
    ports = Rotation(2)
    turns = [ports.order(TARGET)]
    for _ in range(4):
        flows = followed(0, rare=frozenset(), ending=Ending.REACHED)
        ports.learn(TARGET, turns[-1], (flows,))
        turns.append(ports.order(TARGET))
    assert {tuple(turn.ports) for turn in turns} == {(0, 1), (1, 0)}


def test_a_trace_that_could_send_nothing_teaches_nothing() -> None:
    ports = Rotation(PORTS)
    traced(ports, frozenset())
    order = ports.order(TARGET)
    ports.learn(TARGET, order, ())
    assert ports.order(TARGET).ports[0] == order.ports[0] + 1


def test_targets_beyond_all_measure_are_forgotten_the_oldest_first() -> None:
    ports = Rotation(PORTS)
    for number in range(rotation.MOST_TARGETS + 1):
        traced(ports, frozenset(), address=str(number))
    assert ports.order("0").ports[0] == 0
    assert ports.order("1").ports[0] == ENOUGH
