"""The benchmark of a what-if for real, on a small scale."""

from bellrock.bench.whatif import whatif


def test_a_what_if_is_measured_beside_networkx_and_beside_starting_anew() -> None:
    measured = whatif(60)
    assert measured.value > 0
    assert all(value > 0 for value in measured.peers.values())
    networkx, anew = measured.peers
    assert networkx.startswith("networkx, removing and looking at 20 of ")
    assert anew == "ours, nothing kept from before"
