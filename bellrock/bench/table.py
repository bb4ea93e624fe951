"""Every benchmark there is, by the name people give, and its cases in order."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from bellrock.bench import (
    accuracy,
    failures,
    icmp,
    inventory,
    path,
    snmp,
    stamp,
    topology,
    train,
    whatif,
)
from bellrock.bench.measurement import Case

ALL = "all"

BENCHES: Mapping[str, tuple[Case, ...]] = MappingProxyType(
    {
        "inventory": (
            Case(
                "cold-10k",
                "s",
                "CPU to load 10,000 sites from YAML, without the cache",
                inventory.cold,
            ),
            Case(
                "cached-10k",
                "s",
                "CPU to load 10,000 sites from the cache",
                inventory.cached,
            ),
        ),
        "topology": (
            *(
                case
                for name, nodes in (("10k", 10_000), ("100k", 100_000))
                for case in (
                    Case(
                        f"spof-{name}",
                        "s",
                        f"CPU for the cut-off sets of all elements of {nodes:,} nodes, "
                        "200 risk groups too, arrays made from the inventory",
                        partial(topology.spof, nodes),
                    ),
                    Case(
                        f"spof-{name}-again",
                        "s",
                        "the same with the arrays there",
                        partial(topology.spof_again, nodes),
                    ),
                )
            ),
            Case(
                "srlg-2k",
                "s",
                "the same of 10,000 nodes with 2,000 risk groups",
                partial(topology.srlg, 10_000),
            ),
            Case(
                "n1-mesh100",
                "s",
                "CPU for all single failures of 100 routers, everybody sending to all",
                partial(failures.mesh_n1, 100, pyntm=3),
            ),
            Case(
                "n1-mesh200",
                "s",
                "the same of 200 routers",
                partial(failures.mesh_n1, 200),
            ),
            Case(
                "n1-wan5k",
                "s",
                "CPU for all single failures of 5,000 sites that send to four hubs",
                failures.wan_n1,
            ),
            Case(
                "n1-wan5k-both",
                "s",
                "the same where the hubs send to the sites as well",
                partial(failures.wan_n1, both=True, sample=0),
            ),
            Case(
                "whatif-5k",
                "s",
                "CPU to compare 5,000 sites before and after a failure, a link and a "
                "metric",
                whatif.whatif,
            ),
            Case(
                "cold-10k",
                "s",
                "CPU of `bellrock spof` over 10,000 sites, from start to end",
                topology.cold,
            ),
            Case(
                "cold-10k-read",
                "s",
                "the same where the inventory was read before",
                topology.warm,
            ),
        ),
        "snmp": (
            Case(
                "v2c",
                "devices/core-s",
                "devices of 48 ports polled in a second of CPU, SNMPv2c",
                snmp.v2c,
                more_is_better=True,
            ),
            Case(
                "v3",
                "devices/core-s",
                "the same over SNMPv3, SHA-256 and AES-128",
                snmp.v3,
                more_is_better=True,
            ),
        ),
        "icmp": (
            Case(
                "1k",
                "µs",
                "CPU for a ping, 1,000 targets once a second",
                icmp.thousand,
            ),
            Case(
                "20k",
                "µs",
                "CPU for a ping, 1,000 targets twenty times a second",
                icmp.many,
            ),
            Case(
                "1k-busy",
                "% of a core",
                "1,000 targets once a second while no processor is idle; none lost",
                icmp.busy,
            ),
            Case(
                "error-idle",
                "µs",
                "half of the delays are wrong by less, against a capture",
                accuracy.idle,
            ),
            Case(
                "error-idle-p99",
                "µs",
                "99 delays in 100 are wrong by less",
                accuracy.idle_worst,
            ),
            Case(
                "error-hogs",
                "µs",
                "half are wrong by less, beside four busy processes",
                accuracy.busy,
            ),
            Case(
                "error-hogs-p99",
                "µs",
                "99 in 100 are wrong by less, beside them",
                accuracy.busy_worst,
            ),
        ),
        "path": (
            Case(
                "probe",
                "µs",
                "CPU for a probe of a route with four branches, forwarding included",
                path.probe,
            ),
            Case(
                "tcp",
                "µs",
                "the same by TCP SYN segments",
                path.tcp,
            ),
            Case(
                "branches",
                "branches",
                "branches found of four, in the worst of 20 routes",
                path.branches,
                more_is_better=True,
            ),
        ),
        "train": tuple(
            case
            for name, rate in (("10M", 10e6), ("100M", 100e6), ("500M", 500e6))
            for case in (
                Case(
                    name,
                    "error ratio",
                    f"how far a shaper of {name}bit/s is missed, at worst of five",
                    partial(train.accuracy, rate),
                ),
                Case(
                    f"{name}-bytes",
                    "bytes",
                    "bytes that each of them took, both directions together",
                    partial(train.cost, rate),
                ),
            )
        ),
        "stamp": (
            Case(
                "sender",
                "µs",
                "CPU for a test packet at the session-sender, 10,000 a second",
                stamp.sender,
            ),
            Case(
                "reflector",
                "µs",
                "CPU for a test packet at the session-reflector, 10,000 a second",
                stamp.reflector,
            ),
        ),
    }
)
