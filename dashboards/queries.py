"""Queries that more than one page asks, with unknown spelt out.

A metric has no sample while its state is unknown, which a table or timeline would
show as nothing at all. Here such sites, links and devices read -1 (see
:data:`dashboards.words.NOT_KNOWN`) as long as the monitor tells of them otherwise.
"""

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.observation import Direction
from bellrock.promql.query import Query
from bellrock.promql.select import Match, quantile, rate, series


def site_state(metric: Metric, **labels: Match) -> Query:
    """Return a state of user sites, -1 where it is unknown.

    Parameters
    ----------
    metric : Metric
        Reachability or redundancy.
    **labels : str, AnyOf or Not
        Which sites, by any label of the metric.
    """
    known = series(metric, **labels).max("site")
    return known.otherwise(series(catalogue.SITE_INFO, **labels).one("site") * -1)


def device_state(**labels: Match) -> Query:
    """Return whether devices of a site are up, -1 where it is unknown.

    Only probed devices can be known to be unknown.
    """
    known = series(catalogue.DEVICE_UP, **labels).max("device")
    labels = {"family": "", **labels}
    probed = series(catalogue.PROBE_SENT, **labels).named("device", "target")
    return known.otherwise(probed.one("device") * -1)


def link_state(links: Query) -> Query:
    """Return whether these links are up, -1 where it is unknown.

    Parameters
    ----------
    links : Query
        With the label ``link``.
    """
    known = series(catalogue.LINK_UP).max("link").where(links, "link")
    return known.otherwise(links.one("link") * -1)


def loss(*by: str, whole: bool = False, **labels: Match) -> Query:
    """Return the share of probe packets lost, 0 to 1, per value of the labels `by`.

    Of round trips, if no direction is named, and never of checks of services.
    """
    labels = {"direction": Direction.ROUND_TRIP.value, "family": "", **labels}
    lost = rate(catalogue.PROBE_LOST, whole=whole, **labels).sum(*by)
    return lost / rate(catalogue.PROBE_SENT, whole=whole, **labels).sum(*by)


def delay(share: float, *by: str, whole: bool = False, **labels: Match) -> Query:
    """Return a quantile of probe delay in seconds, per value of the labels `by`.

    Of round trips, if no direction is named, and never of checks of services.
    """
    labels = {"direction": Direction.ROUND_TRIP.value, "family": "", **labels}
    return quantile(share, catalogue.PROBE_DELAY, *by, whole=whole, **labels)


def or_zero(query: Query) -> Query:
    """Return 0 where `query` has nothing, as long as the monitor tells anything."""
    return query.otherwise(series(catalogue.BUILD_INFO).max() * 0)


def with_circuit(query: Query) -> Query:
    """Add what is declared of the link: circuit, supplier and the sites it joins."""
    told = ("circuit", "supplier", "a_site", "b_site")
    info = series(catalogue.LINK_INFO).max("link", *told)
    return query.told_by(info, "link", add=told)
