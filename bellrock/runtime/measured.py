"""What links carried over some hours, and which were down, as a Prometheus has it."""

from dataclasses import dataclass

from bellrock.model import catalogue
from bellrock.model.inventory import Inventory
from bellrock.promql.select import series
from bellrock.runtime.history import ask


@dataclass(frozen=True, slots=True)
class Carried:
    """Averages over a time.

    Attributes
    ----------
    load : dict of (link, direction) to float
        bit/s, of links with a declared capacity.
    down : frozenset of str
        Links that were down all that time.
    changing : tuple of str
        Links that were up for a part of it, alphabetically.
    """

    load: dict[tuple[str, str], float]
    down: frozenset[str]
    changing: tuple[str, ...]


def carried(
    url: str, inventory: Inventory, seconds: float, until: float | None = None
) -> Carried:
    """Ask a Prometheus that reads the monitor.

    Parameters
    ----------
    url : str
        See `bellrock.runtime.history.ask`.
    seconds : float
        How long a time to average over.
    until : float, optional
        Unix time at which it ended; now, unless told otherwise.

    Raises
    ------
    UserError
        If it does not answer.
    """
    shares = series(catalogue.LINK_UTILISATION).over("avg_over_time", seconds)
    up = series(catalogue.LINK_UP).over("avg_over_time", seconds)
    capacity = {
        (link.id, direction): value
        for link in inventory.links.values()
        for direction, value in (("ab", link.capacity_ab), ("ba", link.capacity_ba))
    }
    load: dict[tuple[str, str], float] = {}
    for sample in ask(url, shares, until):
        arc = sample.labels.get("link", ""), sample.labels.get("direction", "")
        known = capacity.get(arc)
        if known is not None and 0 <= sample.value < float("inf"):
            # Two monitors measure one link; their averages differ by little.
            load[arc] = max(load.get(arc, 0.0), sample.value * known)
    lasting: dict[str, float] = {}
    for sample in ask(url, up, until):
        link = sample.labels.get("link", "")
        if link in inventory.links and 0 <= sample.value <= 1:
            lasting[link] = max(lasting.get(link, 0.0), sample.value)
    return Carried(
        load,
        frozenset(link for link, share in lasting.items() if share == 0),
        tuple(sorted(link for link, share in lasting.items() if 0 < share < 1)),
    )
