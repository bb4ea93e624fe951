"""Which services each single failure would take away from somebody.

A user site reaches a host if a path of up devices and up links leads from one of its
up devices to an up device of the host site; it need not pass a gateway. A site that
is itself the host has it while one of its devices is up. A host without devices is
reached by nobody.

A user site has a service while it reaches any host, or every host where the service
needs all of them. As with cut-off sets, a site that lacks the service now cannot lose
it, and the failure of a whole site is not a loss to that site itself.
"""

from collections import defaultdict

from bellrock.model.inventory import Service
from topology.graph import Layout
from topology.spof import Snapshot


def services_cut(snapshot: Snapshot) -> dict[str, frozenset[str]]:
    """Map each element to the services that its failure takes from some user site.

    Returns
    -------
    dict of str to frozenset of str
        Only elements that cut a service.

    Notes
    -----
    Losing any-of hosts is being cut off from all of them at once: one dominator tree
    rooted at the devices of all hosts. Losing one of all-of hosts is being cut off
    from that one: a tree for each. Equal sets of roots share a tree, with the
    gateways' too.
    """
    lost: defaultdict[str, set[str]] = defaultdict(set)
    for service in snapshot.layout.inventory.services.values():
        having = sites_served(snapshot, service)
        if not having:
            continue  # and spare the trees
        for group in _hosts(snapshot.layout, service):
            for element, sites in snapshot.cut_off(group).items():
                if not having.isdisjoint(sites):
                    lost[element].add(service.id)
    return {element: frozenset(services) for element, services in lost.items()}


def sites_served(snapshot: Snapshot, service: Service) -> frozenset[str]:
    """Return the user sites that have `service` in this state."""
    groups = _hosts(snapshot.layout, service)
    reached = (snapshot.reach(group).sites for group in groups)
    return service.used_by.intersection(*reached)


def _hosts(layout: Layout, service: Service) -> list[frozenset[str]]:
    """Return sets of devices; a user must reach some device of every set."""
    hosts = [frozenset(layout.devices.get(host, ())) for host in service.hosts]
    return hosts if service.needs_all else [frozenset().union(*hosts)]
