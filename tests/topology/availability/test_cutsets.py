"""Cut sets of one and two elements against those found by trying all."""

import pytest
from hypothesis import given, settings

from tests.topology.availability import definition
from tests.topology.availability.networks import Failing, asked_about, failing
from topology.availability.cutsets import CutSets, cut_sets


def check(sets: CutSets, case: Failing, lost: definition.Lost) -> None:
    ids = sets.asked.faults.network.ids
    for number, site in asked_about(sets.asked):
        parts = definition.fallible(case.inventory, site, outside=False)
        if lost(site, set()):
            assert sets.whole[number] == sets.outside[number] == 1
            continue
        wanted = definition.cut_sets(lost, site, parts)
        single = {(ids[e],) for e in sets.single[number].tolist()}
        assert single == {cut for cut in wanted if len(cut) == 1}
        assert sets.sums.pairs[number] == len(wanted) - len(single)
        by_all = definition.by_cut_sets(lost, site, parts, case.down)
        assert sets.whole[number] == pytest.approx(by_all, abs=1e-12)
        off = definition.fallible(case.inventory, site, outside=True)
        by_others = definition.by_cut_sets(lost, site, off, case.down)
        assert sets.outside[number] == pytest.approx(by_others, abs=1e-12)
        worst = sets.worst(number)
        named = [tuple(ids[element] for element in cut.elements) for cut in worst]
        assert {*map(frozenset, named)} <= {*map(frozenset, wanted)}
        shares = sorted(
            (share for cut in wanted if (share := _share(case, cut)) > 0), reverse=True
        )
        found = [cut.down for cut in worst if cut.down > 0]
        assert found == pytest.approx(shares[: len(found)])
        assert len(found) == min(len(shares), 8)


def _share(case: Failing, cut: tuple[str, ...]) -> float:
    share = 1.0
    for element in cut:
        share *= case.down[element]
    return share


@settings(deadline=None)  # the first call compiles
@given(failing(most=12))
def test_cut_sets_of_sites_are_those_found_by_trying(case: Failing) -> None:
    asked = case.faults().of_gateways()
    check(cut_sets(asked), case, definition.cut_off(case.inventory, case.gone))


@settings(deadline=None)
@given(failing(most=12))
def test_cut_sets_of_services_are_those_found_by_trying(case: Failing) -> None:
    faults = case.faults()
    for service in case.inventory.services.values():
        sets = cut_sets(faults.of_service(service))
        check(sets, case, definition.without(case.inventory, service, case.gone))
