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

from dataclasses import dataclass

import numpy as np

from topology.arrays import Bools
from topology.kernels.dominators import dominators
from topology.network import Network
from topology.reach import Standing
from topology.state import NetworkState


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


def believe(network: Network, heard: Heard) -> Belief:
    """Conclude the state of every declared device and link.

    Returns
    -------
    Belief
        A link is down if either end says so, up if an end says up and none says down.
        A device is up if it answers. Silent devices are judged, and unmeasured
        elements inferred, as the module says; all else is unknown. If nothing answers
        while something is silent or unheard, the monitor is isolated and everything
        is unknown.

    Notes
    -----
    O(n + m): four searches, one of them for the dominator tree.
    """
    n = len(network.arrays.devices)
    answered, silent, unheard = (
        network.down(ids)[:n] for ids in (heard.answered, heard.silent, heard.unheard)
    )
    silent = silent & ~answered
    if not answered.any() and (silent.any() or unheard.any()):
        everything = frozenset(network.ids[: network.nodes])
        return Belief(NetworkState(unknown=everything), isolated=True)

    broken = network.down(heard.links_down)
    broken[:n] = False
    down = _without_excuse(network, broken, silent)
    down &= ~_in_doubt(network, broken, answered, down)
    failed = broken.copy()
    failed[:n] = down
    up = network.down(heard.links_up)
    up[:n] = answered
    up |= _needed(network, failed, answered) & ~_nodes(network, silent)
    return Belief(
        NetworkState(down=_ids(network, failed), unknown=_ids(network, ~up & ~failed))
    )


def _ids(network: Network, nodes: Bools) -> frozenset[str]:
    return frozenset(network.ids[node] for node in np.flatnonzero(nodes).tolist())


def _nodes(network: Network, devices: Bools) -> Bools:
    """Return a column of devices as one of devices and links."""
    return np.concatenate((devices, np.zeros(len(network.arrays.links), np.bool_)))


def _without_excuse(network: Network, broken: Bools, silent: Bools) -> Bools:
    """Return the silent devices whose silence nothing else explains."""
    gateways = network.arrays.gateway
    seen = Standing.of(network, broken | _nodes(network, silent)).spread(gateways)
    down = silent & (gateways | _beside(network, broken, seen))
    if (down != silent).any():
        # A path that was lost excuses; a path that never was does not.
        declared = Standing.of(network).spread(gateways)
        down |= silent & ~declared
    return down


def _in_doubt(network: Network, broken: Bools, answered: Bools, down: Bools) -> Bools:
    """Return the devices in `down` that stand between the gateways and an answer."""
    standing = Standing.of(network, broken | _nodes(network, down))
    stranded = answered & ~standing.spread(network.arrays.gateway)
    return down & _beside(network, broken, standing.spread(stranded))


def _beside(network: Network, broken: Bools, devices: Bools) -> Bools:
    """Return which devices a link that is not broken joins to one of `devices`."""
    circuits = network.arrays.circuits
    joined = np.repeat(~broken[len(devices) :], 2) & devices[circuits.tail]
    beside = np.zeros(len(devices), np.bool_)
    beside[circuits.head[joined]] = True
    return beside


def _needed(network: Network, failed: Bools, answered: Bools) -> Bools:
    """Return what lies on every path from the gateways to some device that answers."""
    arrays = network.arrays
    rows = arrays.leaving
    above, first, end = dominators(
        rows.start, rows.item, arrays.circuits.head, ~failed, arrays.gateway
    )
    # Answers by their place in the tree: what a node dominates is an interval of it.
    answers = np.flatnonzero(answered)
    places = first[answers[above[answers] >= 0]]
    count = np.bincount(places, minlength=end[-1])
    before = np.concatenate(([0], np.cumsum(count), [0]))
    return before[end[:-1]] > before[first[:-1]]
