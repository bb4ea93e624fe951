"""Who is reached over backup links only: by taking them away and looking."""

from dataclasses import replace
from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory
from bellrock.model.status import Status
from tests.topology import definition
from tests.topology.networks import TAPE, from_tape, network
from topology.analysis import Design, SiteState, analyse
from topology.state import NetworkState

MOST_UNKNOWN = 5
"""Two to the power of it are looked at."""


def with_backups(net: Inventory, chosen: list[bool]) -> Inventory:
    links = {
        name: replace(link, backup=backup)
        for (name, link), backup in zip(
            net.links.items(), chosen + [False] * len(net.links), strict=False
        )
    }
    return replace(net, links=links)


def on_backup(net: Inventory, down: set[str]) -> set[str]:
    backups = {link.id for link in net.links.values() if link.backup}
    return definition.reached(net, down) - definition.reached(net, down | backups)


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=TAPE), st.lists(st.booleans(), max_size=12))
def test_on_backup_is_said_where_every_case_in_between_agrees(
    tape: bytes, chosen: list[bool]
) -> None:
    net, state = from_tape(tape)
    net = with_backups(net, chosen)
    unknown = sorted(state.unknown)[:MOST_UNKNOWN]
    state = NetworkState(state.down, frozenset(unknown))
    sizes = range(len(unknown) + 1)
    subsets = chain.from_iterable(combinations(unknown, size) for size in sizes)
    cases = [on_backup(net, {*state.down, *also}) for also in subsets]
    for site, found in analyse(Design(net), state).sites.items():
        said = {site in case for case in cases}
        if found.on_backup is not None:
            assert said == {found.on_backup}
        elif found.reachable is not Status.UNKNOWN:
            assert said == {True, False}


ISLAND = with_backups(
    network(
        {"gw": "dc", "cpe": "hospital"},
        {"tail": ("cpe", "gw"), "satellite": ("cpe", "gw")},
        ["gw"],
    ),
    [False, True],
)


def state(down: str = "", unknown: str = "") -> SiteState:
    told = NetworkState(frozenset(down.split()), frozenset(unknown.split()))
    return analyse(Design(ISLAND), told).sites["hospital"]


def test_a_site_whose_circuit_is_down_is_on_its_satellite() -> None:
    said = [state(down).on_backup for down in ("", "tail", "tail satellite")]
    assert said == [False, True, False]


def test_what_is_not_known_of_the_circuit_is_not_known_of_the_site() -> None:
    assert state(unknown="tail").on_backup is None
    assert state(unknown="satellite").on_backup is False
    assert state(unknown="tail satellite").on_backup is None
