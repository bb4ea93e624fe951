"""What came of an import, in words: counts, what was not said, and what is next."""

from collections import Counter
from collections.abc import Iterator

from bellrock.model import words
from bellrock.model.inventory import Inventory

_MOST_NAMED = 5


def counted(inventory: Inventory) -> str:
    """Return how many there are of everything."""
    parts = {
        "site": len(inventory.sites),
        "device": len(inventory.devices),
        "link": len(inventory.links),
        "risk group": len(inventory.risk_groups),
        "demand": len(inventory.demands),
    }
    return ", ".join(words.counted(count, noun) for noun, count in parts.items())


def unsaid(inventory: Inventory) -> str:
    """Return what the source does not say, and so is not declared; may be empty."""
    sites, links = inventory.sites.values(), inventory.links.values()
    parts = {
        ("coordinates", "site"): sum(site.lat is None for site in sites),
        ("people", "site"): sum(not site.people for site in sites),
        ("capacity", "link"): sum(link.capacity_ab is None for link in links),
        ("metric", "link"): sum(not link.metric_declared for link in links),
        ("risk groups", "link"): sum(not link.risk_groups for link in links),
    }
    return ", ".join(
        f"{what} of {words.counted(n, noun)}" for (what, noun), n in parts.items() if n
    )


def to_add(inventory: Inventory) -> Iterator[str]:
    """Return what has to be added before anybody can use it."""
    if inventory.gateways:
        return
    ends: Counter[str] = Counter()
    for link in inventory.links.values():
        ends.update((link.a.device, link.b.device))
    named = ", ".join(f"{name} ({n})" for name, n in ends.most_common(_MOST_NAMED))
    yield "gateways: where sites must reach; it does not say. Add them at the end of"
    yield "the file, or import again with --gateway ID" + (
        f". Most links meet at {named}." if named else "."
    )
