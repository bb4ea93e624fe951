"""What routers lack, kept up flow by flow, and the same worked out from nothing."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from probes.path.exchange import Kind, Seen
from probes.path.level import Level
from probes.path.next_hops import NextHops
from probes.path.stopping import flows_needed
from probes.path.trail import Trail

_MAX_TTL = 6
_FAILURE = 0.05
_ANSWERS = st.lists(
    st.one_of(
        st.none(),
        st.builds(
            Seen,
            kind=st.sampled_from([Kind.EXPIRED] * 4 + [Kind.ARRIVED, Kind.REFUSED]),
            address=st.sampled_from("abc"),
        ),
    ),
    max_size=_MAX_TTL,
)


def _followed(flow: int, answers: Sequence[Seen | None]) -> Trail:
    """Return a flow that was asked everywhere and got these answers."""
    trail = Trail(flow, _MAX_TTL)
    trail.tries = [4] * (_MAX_TTL + 1)
    for ttl, seen in enumerate(answers, 1):
        if seen is not None:
            trail.heard(ttl, seen)
    levels = [Level(asked=8) for _ in range(_MAX_TTL + 1)]
    assert trail.follow(levels, lambda _: 0) == []
    assert trail.ending is not None
    return trail


@given(rounds=st.lists(st.tuples(st.integers(0, 9), _ANSWERS), max_size=30))
def test_what_is_kept_up_is_what_a_new_count_gives(
    rounds: list[tuple[int, list[Seen | None]]],
) -> None:
    """Flows come, and are another way when they are looked at again."""
    trails: dict[int, Trail] = {}
    kept = NextHops(_FAILURE)
    for flow, answers in rounds:
        trails[flow] = _followed(flow, answers)
        kept.count(trails[flow])
        fresh = NextHops.of(trails.values(), _FAILURE)
        assert kept.lacking() == fresh.lacking()
        assert kept.incomplete() == fresh.incomplete()


def test_a_router_lacks_what_would_show_one_next_hop_more() -> None:
    kept = NextHops(_FAILURE)
    need = flows_needed(1, _FAILURE), flows_needed(2, _FAILURE)
    assert need == (6, 11)
    for flow in range(22):
        first = Seen(Kind.EXPIRED, "ab"[flow % 2])
        kept.count(_followed(flow, [first, Seen(Kind.ARRIVED, "t")]))
        if flow == 0:
            assert kept.incomplete() == {1, 2}
        # Half of the flows go through each of the two, which need six.
        assert (1 in kept.incomplete()) == (flow + 1 < need[1])
        assert (2 in kept.incomplete()) == (flow + 1 < 2 * need[0])
        assert (kept.lacking() > 0) == (flow + 1 < 2 * need[0])
