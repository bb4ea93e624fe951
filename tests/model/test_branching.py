"""Branches found by bits, and by comparing each flow with each way."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.branching import Ways

Addresses = Sequence[str | None]

_FLOWS = st.lists(
    st.tuples(st.lists(st.sampled_from([None, "a", "b"]), max_size=4), st.booleans()),
    max_size=12,
)


def _fits(
    mine: Addresses, way: Addresses, per_packet: frozenset[int], *, reached: bool
) -> bool:
    """Tell by definition whether a flow knows nothing that this way does not."""
    if any(address is not None for address in mine[len(way) :]):
        return False
    if reached and len(mine) < len(way):
        return False
    return all(
        address is None or address == there or ttl in per_packet
        for ttl, (address, there) in enumerate(zip(mine, way, strict=False), 1)
    )


@given(flows=_FLOWS, per_packet=st.frozensets(st.integers(1, 4), max_size=2))
def test_the_first_way_that_fits_is_found(
    flows: list[tuple[list[str | None], bool]], per_packet: frozenset[int]
) -> None:
    added: list[Addresses] = []
    ways = Ways(per_packet)
    for mine, reached in flows:
        fitting = (
            number
            for number, way in enumerate(added)
            if _fits(mine, way, per_packet, reached=reached)
        )
        expected = next(fitting, None)
        assert ways.first(mine, reached=reached) == expected
        if expected is None:
            ways.add(mine)
            added.append(mine)
