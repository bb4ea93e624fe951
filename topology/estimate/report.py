"""Estimated demands: for programs, and in one sentence."""

from typing import TypedDict

from bellrock.model.inventory import Demand, Inventory
from bellrock.model.words import counted
from topology.estimate.accuracy import Trials
from topology.estimate.demands import Estimate

DemandReport = TypedDict("DemandReport", {"from": str, "to": str, "rate": float})
"""One item of ``demands``; bit/s."""


class EstimateReport(TypedDict):
    """What ``bellrock estimate --format json`` prints.

    ``unexplained`` is the share of what was measured that the demands do not carry;
    ``exact`` and ``left_out`` are sites; ``n1_error`` the worst of the trials (None if
    there were none): how wrong worst-case loads are, over all of them.
    """

    network: str
    unexplained: float
    n1_error: float | None
    exact: list[str]
    left_out: list[str]
    demands: list[DemandReport]
    sentence: str


def estimate_report(
    inventory: Inventory, found: Estimate, tried: Trials
) -> EstimateReport:
    """Report what was estimated, and how wrong it may be."""
    sites = list(inventory.sites)
    demands = demands_of(inventory, found)
    error = tried.worst if tried.errors else None
    exact = [s for s, is_exact in zip(sites, found.exact, strict=True) if is_exact]
    left = [s for s, is_out in zip(sites, found.left_out, strict=True) if is_out]
    total = sum(demand.rate for demand in demands)
    wrong = "" if error is None else f" Loads after a failure are wrong by {error:.1%}."
    return EstimateReport(
        network=inventory.id,
        unexplained=found.unexplained,
        n1_error=error,
        exact=exact,
        left_out=left,
        demands=[
            {"from": demand.source, "to": demand.target, "rate": demand.rate}
            for demand in demands
        ],
        sentence=f"{counted(len(demands), 'demand')} of {total / 1e6:,.1f} Mbit/s "
        f"{'explains' if len(demands) == 1 else 'explain'} all "
        f"but {found.unexplained:.2%} of what was measured; the totals of "
        f"{counted(len(exact), 'site')} are exact.{wrong}",
    )


def demands_of(inventory: Inventory, found: Estimate) -> list[Demand]:
    """Return the demands with the ids of their sites, by target, then by source."""
    sites, demands = list(inventory.sites), found.demands
    rows = zip(
        demands.source.tolist(),
        demands.target.tolist(),
        demands.rate.tolist(),
        strict=True,
    )
    return [Demand(sites[source], sites[target], rate) for source, target, rate in rows]
