"""From what was heard to what is believed of every device and link.

Silence has two causes, the device or the way to it, and only one of them is this
device being down. The monitor is taken to look from the gateways, so a silent device
is called down only if the way to it is not in question:

- it stands next to something that the gateways still reach, over a link that nobody
  says is down, or it is a gateway itself; or
- no path to it was ever declared, so that none can be blamed.

Any other silent device is *shadowed*: unknown, behind what is really broken.

Answers say more than that one device is up. Whatever lies on every path from the
gateways to a device that answers must be up, or the answer had no way here; so
devices and links that nothing measures are often known all the same. When something
answers although everything towards it is called down, either the silent device still
forwards or there is a way nobody declared. That cannot be told apart, so the silent
devices in question are unknown.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topology.graph import Layout, subdivide
from topology.reach import ROOT, Blocks
from topology.state import NetworkState

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class Heard:
    """What was measured lately; ids not declared in the inventory are ignored.

    Attributes
    ----------
    answered : frozenset of str
        Devices that answered anything recently.
    silent : frozenset of str
        Devices of which everything measured failed for longer than the threshold. An
        answer outweighs silence.
    unheard : frozenset of str
        Devices nothing was learned of lately, though something is meant to measure
        them: nothing could be sent, or whatever measures them stands still.
    links_up, links_down : frozenset of str
        Links reported up, or down, by at least one end with a fresh report.
    """

    answered: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    links_up: frozenset[str] = frozenset()
    links_down: frozenset[str] = frozenset()
    unheard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed, and whether the monitor can see the network at all."""

    state: NetworkState
    isolated: bool = False


def believe(layout: Layout, heard: Heard) -> Belief:
    """Conclude the state of every declared device and link.

    Returns
    -------
    Belief
        A link is down if either end says so, up if an end says up and none says down.
        A device is up if it answers. Silent devices are judged, and unmeasured
        elements inferred, as the module says; all else is unknown. If nothing answers
        while something is silent or unheard, the monitor is isolated and everything
        is unknown.
    """
    network, gateways = layout.network, layout.inventory.gateways
    links = layout.inventory.links.keys()
    answered = heard.answered & network.nodes
    silent = (heard.silent & network.nodes) - answered
    if not answered and (silent or heard.unheard & network.nodes):
        return Belief(NetworkState(unknown=frozenset(network) | links), isolated=True)

    broken = heard.links_down & links
    graph = subdivide(network, broken)
    down = _without_excuse(layout, graph, silent)
    down -= _in_doubt(graph, gateways, answered, down)
    graph.remove_nodes_from(down)
    needed = _needed(graph, gateways, answered) - silent
    up = answered | needed | (heard.links_up & links)
    down |= broken
    return Belief(
        NetworkState(
            down=frozenset(down), unknown=(frozenset(network) | links) - up - down
        )
    )


def _without_excuse(
    layout: Layout, graph: "nx.Graph[str]", silent: Set[str]
) -> set[str]:
    """Return the silent devices whose silence nothing else explains."""
    gateways = layout.inventory.gateways
    seen = _spread(graph, gateways - silent, avoid=silent)
    down = {d for d in silent if d in gateways or not seen.isdisjoint(graph[d])}
    if down != silent:
        # A path that was lost excuses; a path that never was does not.
        declared = _spread(subdivide(layout.network), gateways)
        down |= silent - declared
    return down


def _in_doubt(
    graph: "nx.Graph[str]", gateways: Set[str], answered: Set[str], down: Set[str]
) -> set[str]:
    """Return the devices in `down` that stand between the gateways and an answer."""
    stranded = answered - _spread(graph, gateways - down, avoid=down)
    around = _spread(graph, stranded, avoid=down)
    return {device for device in down if not around.isdisjoint(graph[device])}


def _needed(graph: "nx.Graph[str]", gateways: Set[str], answered: Set[str]) -> set[str]:
    """Return what lies on every path from the gateways to some device that answers."""
    above = Blocks(graph).dominators(gateways)
    needed: set[str] = {ROOT}
    for device in answered & above.keys():
        node = device
        while node not in needed:
            needed.add(node)
            node = above[node]
    return needed - {ROOT}


def _spread(
    graph: "nx.Graph[str]", start: Iterable[str], avoid: Set[str] = frozenset()
) -> set[str]:
    """Return the nodes joined to `start` without passing through `avoid`."""
    queue = [node for node in start if node in graph]
    seen = set(queue)
    for node in queue:
        found = [n for n in graph[node] if n not in seen and n not in avoid]
        seen.update(found)
        queue += found
    return seen
