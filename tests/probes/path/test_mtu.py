"""The search for what fits, over networks that are only arithmetic."""

import pytest

from bellrock.model.route import MtuSource
from probes.path.mtu import Search, Sizing

_DEADLINE = 1.0


@pytest.mark.parametrize("credit", [0.0, 0.3, 0.6, 0.9, 1.5, 2.8, 5.9])
@pytest.mark.parametrize("wait", [0.0, 0.1, 0.6])
def test_a_target_with_one_answer_a_second_is_no_black_hole(
    credit: float, wait: float
) -> None:
    """As Linux rations them: the packets that are not answered all got through."""
    hints: set[int] = set()
    sizing = Sizing({flow: Search(576, 1500, hints) for flow in range(8)}, wait=wait)
    now = asked = 0.0
    while not sizing.done:
        turn = sizing.next(now)
        if turn is None:
            now += 0.01
            continue
        credit, asked = min(6.0, credit + now - asked), now
        if credit >= 1:
            credit -= 1
            sizing.passed(*turn)
        else:
            now += _DEADLINE
            sizing.lost(*turn)
    found = [search.found for search in sizing.searches.values()]
    assert {each and (each.size, each.source) for each in found} == {
        (1500, MtuSource.PASSED)
    }
