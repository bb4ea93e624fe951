"""Small networks in which most sites are reached, by a way or two."""

from hypothesis import strategies as st

from bellrock.model.inventory import Inventory, Service, Site
from tests.topology.networks import network


@st.composite
def woven(draw: st.DrawFn) -> Inventory:
    """Draw two gateways and up to six devices at user sites and exchanges.

    Each device hangs on an earlier one, and a few links more join any two, so cut sets
    of one, two and more are all common.
    """
    count = draw(st.integers(1, 6))
    places = [f"s{draw(st.integers(0, count))}" for _ in range(count)]
    sites = [
        Site(
            name,
            name.title(),
            draw(st.sampled_from(["school", "school", "gp", "exchange"])),
            people=draw(st.integers(1, 50)),
        )
        for name in sorted(set(places))
    ]
    devices = {"g0": "dc0", "g1": "dc1"}
    devices |= {f"d{n}": place for n, place in enumerate(places)}
    names = [*devices]
    links = {
        f"l{n}": (f"d{n}", names[draw(st.integers(0, n + 1))]) for n in range(count)
    }
    for n in range(draw(st.integers(0, 5))):
        ends = st.lists(st.sampled_from(names), min_size=2, max_size=2, unique=True)
        a, b = draw(ends)
        links[f"m{n}"] = (a, b)
    anything = st.sampled_from([*devices, *links])
    groups = {
        f"r{n}": ("duct", draw(st.sets(anything, max_size=3)))
        for n in range(draw(st.integers(0, 2)))
    }
    ids = sorted({*devices.values()})
    hosts = st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True)
    net = network(devices, links, ["g0", "g1"], sites=sites, groups=groups)
    users = net.user_sites()
    service = Service("v", "V", tuple(draw(hosts)), draw(st.booleans()), users)
    return network(
        *(devices, links, ["g0", "g1"]), sites=sites, groups=groups, services=[service]
    )
