"""Who sends how much to whom, as columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bellrock.model.inventory import Demand, Inventory
from topology.arrays import Floats, Ints


@dataclass(frozen=True, eq=False)
class Demands:
    """Traffic between sites, one row for each pair (k), by target, then by source.

    Attributes
    ----------
    source, target : array of int32, shape (k,)
        Sites by number, in the order of the inventory.
    rate : array of float64, shape (k,)
        bit/s, positive.
    """

    source: Ints
    target: Ints
    rate: Floats

    @classmethod
    def of(cls, inventory: Inventory) -> "Demands":
        """Return the declared demands, in O(k log k).

        Examples
        --------
        >>> from bellrock.model.inventory import Site
        >>> sites = {name: Site(name, name, "gp") for name in ("dc", "gp")}
        >>> told = (Demand("gp", "dc", 2e6), Demand("gp", "dc", 1e6))
        >>> demands = Demands.of(Inventory("n", "n", sites, {}, {}, {}, frozenset(),
        ...                                demands=told))
        >>> demands.source.tolist(), demands.target.tolist(), demands.rate.tolist()
        ([1], [0], [3000000.0])
        """
        number = {site: index for index, site in enumerate(inventory.sites)}
        return cls.between(number, inventory.demands)

    @classmethod
    def between(cls, number: Mapping[str, int], demands: Iterable[Demand]) -> "Demands":
        """Return `demands` between sites that have these numbers.

        Demands of nothing are left out, and those of one pair of sites added up.

        Raises
        ------
        ValueError
            If a site has no number, or a rate is negative or no number.
        """
        told = list(demands)
        for demand in told:
            for site in (demand.source, demand.target):
                if site not in number:
                    raise ValueError(
                        f"demand from {demand.source} to {demand.target}: "
                        f"there is no site {site}"
                    )
            if not 0 <= demand.rate < float("inf"):
                raise ValueError(
                    f"demand from {demand.source} to {demand.target}: a rate of "
                    f"{demand.rate}; it must be zero or more"
                )
        kept = [demand for demand in told if demand.rate > 0]
        sites = max(len(number), 1)
        pair = np.array(
            [number[each.target] * sites + number[each.source] for each in kept],
            np.int64,
        )
        pairs, row = np.unique(pair, return_inverse=True)
        rate = np.bincount(
            row.ravel(), [demand.rate for demand in kept], minlength=len(pairs)
        )
        return cls(
            source=(pairs % sites).astype(np.int32),
            target=(pairs // sites).astype(np.int32),
            rate=rate.astype(np.float64),
        )

    def grown(self, factor: float | Floats) -> "Demands":
        """Return the demands with their rates multiplied.

        Parameters
        ----------
        factor : float or array of float64, shape (k,)
            For all, or for each; positive.

        Raises
        ------
        ValueError
            If a factor is not a positive number.
        """
        if not np.all((np.asarray(factor) > 0) & np.isfinite(factor)):
            raise ValueError("demands grow by factors that are more than nothing")
        return replace(self, rate=self.rate * factor)

    def __len__(self) -> int:
        """Return how many pairs of sites there are."""
        return len(self.rate)
