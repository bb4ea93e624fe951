"""Circuit failures by pyNTM: fail one, simulate, mend it, as its users would."""

import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO

from bellrock.model.inventory import Inventory

PACKAGE = "pyNTM"
"""To be installed by whoever wants it measured; none of ours."""


def after_each(
    inventory: Inventory, links: Sequence[str]
) -> tuple[float, list[Mapping[tuple[str, str], float]]]:
    """Let circuits fail one at a time, in a network of one device a site.

    Returns
    -------
    seconds : float
        CPU time that one of them takes, without the making of the model.
    loads : list of mapping of (link, direction) to float
        bit/s after each.
    """
    # It tells on standard output what it does, where our lines are.
    with redirect_stdout(StringIO()):
        return _after_each(inventory, links)


def _after_each(
    inventory: Inventory, links: Sequence[str]
) -> tuple[float, list[Mapping[tuple[str, str], float]]]:
    from pyNTM import Demand, Interface, Node, PerformanceModel

    nodes = {device.site: Node(device.id) for device in inventory.devices.values()}
    by_device = {device.id: nodes[device.site] for device in inventory.devices.values()}
    interfaces = {}
    for link in inventory.links.values():
        a, b = by_device[link.a.device], by_device[link.b.device]
        for way, metric, rate, here, there in (
            ("ab", link.metric_ab, link.capacity_ab, a, b),
            ("ba", link.metric_ba, link.capacity_ba, b, a),
        ):
            interfaces[link.id, way] = Interface(
                f"{link.id}-{way}", metric, rate, here, there, link.id
            )
    demands = {
        Demand(nodes[each.source], nodes[each.target], each.rate, f"d{n}")
        for n, each in enumerate(inventory.demands)
    }
    model = PerformanceModel(set(interfaces.values()), set(nodes.values()), demands)
    model.update_simulation()
    spent = 0.0
    loads: list[Mapping[tuple[str, str], float]] = []
    for failed in links:
        name = f"{failed}-ab"
        node = interfaces[failed, "ab"].node_object.name
        begun = time.process_time()
        model.fail_interface(name, node)
        model.update_simulation()
        spent += time.process_time() - begun
        # "Down" is what it says of the traffic of an interface that is.
        carried = {arc: each.traffic for arc, each in interfaces.items()}
        loads.append({arc: rate for arc, rate in carried.items() if rate != "Down"})
        model.unfail_interface(name, node, True)
    return spent / len(links), loads
