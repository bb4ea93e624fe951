"""What lies on ways to roots, against going along every one of them."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from topology.arrays import Rows
from topology.availability.ways import ROOTS, Ways

MOST = 8
edges = st.sets(
    st.tuples(st.integers(0, MOST - 1), st.integers(0, MOST - 1)).filter(
        lambda ab: ab[0] < ab[1]
    ),
    max_size=14,
)
places = st.sets(st.integers(0, MOST - 1), max_size=3)


@given(edges, st.lists(places, min_size=1, max_size=3), places)
def test_what_lies_between_is_on_some_simple_path(
    edges: set[tuple[int, int]], roots: list[set[int]], devices: set[int]
) -> None:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(MOST))
    graph.add_edges_from(edges)
    near = Rows.of(sorted(graph[node]) for node in range(MOST))
    ways = Ways(near, Rows.of(map(sorted, roots)))
    ends = [ROOTS - r for r in range(len(roots))]
    assert ways.ends == ends
    for end, devices_there in zip(ends, roots, strict=True):
        graph.add_edges_from((end, device) for device in devices_there)
        graph.add_node(end)
    site = MOST
    graph.add_edges_from((site, device) for device in devices)
    graph.add_node(site)
    wanted = {
        node
        for end in ends
        for path in nx.all_simple_paths(graph, site, end)
        for node in path
    }
    found = ways.between(sorted(devices))
    assert found == wanted - {site}
