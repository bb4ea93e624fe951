"""Every check of an audit: how much hangs on it, and which answers are the worse."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from topology.audit import looks
from topology.audit.looks import Audited, Looked


@dataclass(frozen=True, slots=True)
class Check:
    """One question of an audit.

    Attributes
    ----------
    weight : int
        How much of the trust hangs on it, 1 to 5.
    about : str
        What it looks at, in the plural.
    lacking : str
        What is wrong with those it finds.
    why : str
        Which answers are the worse for it.
    """

    name: str
    weight: int
    about: str
    lacking: str
    why: str
    look: Callable[[Audited], Looked]


def _all_checks() -> Iterator[Check]:
    yield Check(
        *("risk_groups", 5, "circuits between sites", "in no risk group"),
        "what fails together cannot be told: false diversity stays hidden",
        looks.links(
            *(looks.between_sites, lambda link: link.risk_groups, "in no risk group"),
            "ask the supplier for its ducts, exchanges and cables",
        ),
    )
    yield Check(
        *("diversity", 5, "sites whose circuits share nothing", "unproven"),
        "two paths that rest on what nobody wrote down may be one",
        looks.unproven,
    )
    yield Check(
        *("seen", 4, "links that discovery looked for", "never seen"),
        "a circuit that is not there makes a site look safer than it is",
        looks.unseen,
    )
    yield Check(
        *("capacity", 3, "links that carry traffic", "without capacity"),
        "neither utilisation nor overload after a failure can be told",
        looks.links(
            looks.carrying,
            lambda link: link.capacity_ab is not None and link.capacity_ba is not None,
            *("no capacity", "add capacity, as ordered: 1G, or {ab: 80M, ba: 20M}"),
        ),
    )
    yield Check(
        *("interfaces", 3, "links", "without interface at an end"),
        "their state and load are not measured",
        looks.links(
            looks.all_links,
            lambda link: link.a.interface and link.b.interface,
            *("no interface at an end", 'write both ends as "device:interface"'),
        ),
    )
    yield Check(
        *("measured", 3, "devices", "not measured"),
        "whether they are up is only inferred, or unknown",
        looks.devices,
    )
    yield Check(
        *("gateways", 3, "networks", "with one gateway only"),
        "every site has redundancy 1 at best",
        looks.gateways,
    )
    yield Check(
        *("demands", 2, "user sites", "without demand"),
        "loads, and what a failure overloads, leave their traffic out",
        looks.no_demand,
    )
    yield Check(
        *("people", 2, "user sites", "serving nobody"),
        "the worst failures are ranked by the people behind them",
        looks.sites(looks.peopled, "nobody is served here", "add people", users=True),
    )
    yield Check(
        *("suppliers", 2, "circuits between sites", "without supplier"),
        "nobody knows whom to ring, and shared suppliers are not told",
        looks.links(
            *(
                looks.between_sites,
                lambda link: link.supplier is not None,
                "no supplier",
            ),
            "add supplier",
        ),
    )
    yield Check(
        *("members", 2, "risk groups", "with less than two members"),
        "a group of one says nothing that its member does not",
        looks.groups,
    )
    yield Check(
        *("metrics", 1, "links that carry traffic", "with an assumed metric"),
        "traffic may take another way than worked out",
        looks.links(
            *(
                looks.carrying,
                lambda link: link.metric_declared,
                "its metric is assumed",
            ),
            "add the IGP's metric",
        ),
    )
    yield Check(
        *("circuits", 1, "circuits with a supplier", "without circuit id"),
        "the supplier will ask for it first",
        looks.links(
            lambda audited: (k for k in audited.between_sites if k.supplier),
            *(lambda link: link.circuit, "no circuit id", "add circuit"),
        ),
    )
    yield Check(
        *("phones", 1, "suppliers", "without telephone number"),
        "an alert cannot say whom to ring",
        looks.suppliers,
    )
    yield Check(
        *("places", 1, "sites", "without coordinates"),
        "they are on no map, and no near circuit can be proposed for them",
        looks.sites(looks.placed, "no coordinates", "add lat and lon", users=False),
    )
    yield Check(
        *("organisations", 1, "user sites", "without organisation"),
        "their alerts reach nobody in particular",
        looks.sites(looks.owned, "no organisation", "add organisation", users=True),
    )


CHECKS: tuple[Check, ...] = tuple(_all_checks())
"""Every check, those first on which most hangs."""
