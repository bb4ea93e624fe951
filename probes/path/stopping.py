"""When enough flows have gone through a router to know all of its next hops."""

from functools import lru_cache

MOST_BRANCHES = 128
"""Routers balance over no more: 64 is the widest that is sold, 16 what is seen."""


@lru_cache(maxsize=512)
def flows_needed(branches: int, failure: float) -> int:
    """Return how many flows must show no more than so many next hops.

    Parameters
    ----------
    branches : int
        Next hops that were seen so far; at least 1.
    failure : float
        Highest probability of stopping at any router before all its next hops were
        seen; between 0 and 1.

    Notes
    -----
    The multipath detection algorithm [1]_ stops at `k` next hops after as many flows
    as would have shown one more, were there `k + 1` among which each flow draws evenly.
    It does so for one `k`, but who looks on may stop too early at each `k` in turn. As
    in [2]_ these stopping points therefore bound the probability of all early stops
    together. They are found one after the other: given those before, the next is the
    least with which a router of ``k + 1`` next hops is still seen through.

    A router that balances unevenly needs more: the figure is a bound for even ones.

    References
    ----------
    .. [1] B. Augustin, T. Friedman and R. Teixeira, "Multipath tracing with Paris
       traceroute", E2EMON 2007, https://doi.org/10.1109/E2EMON.2007.375313
    .. [2] D. Veitch, B. Augustin, R. Teixeira and T. Friedman, "Failure control in
       multipath route tracing", INFOCOM 2009,
       https://doi.org/10.1109/INFCOM.2009.5062055

    Examples
    --------
    >>> [flows_needed(branches, 0.05) for branches in (1, 2, 3, 4)]
    [6, 11, 16, 21]
    """
    if not 0 < failure < 1:
        raise ValueError(f"failure {failure}: must be between 0 and 1")
    wanted = min(branches, MOST_BRANCHES) + 1
    earlier = [flows_needed(fewer, failure) for fewer in range(1, wanted - 1)]
    chances, stopped = _before(earlier, wanted)
    flows = earlier[-1] if earlier else 1
    # `chances[k]`: that so many flows have shown k of `wanted` and none stopped us.
    while stopped + chances[wanted - 1] > failure:
        chances = _one_more(chances, wanted)
        flows += 1
    return flows


def _before(earlier: list[int], wanted: int) -> tuple[list[float], float]:
    """Follow a router of `wanted` next hops to the last of the earlier stops.

    Returns the chance of having seen each number of them by then, and that of having
    stopped too early.
    """
    chances = [0.0] * (wanted + 1)
    chances[1] = 1.0
    flows, stopped = 1, 0.0
    for seen, stop in enumerate(earlier, 1):
        while flows < stop:
            chances = _one_more(chances, wanted)
            flows += 1
        stopped += chances[seen]
        chances[seen] = 0.0
    return chances, stopped


def _one_more(chances: list[float], wanted: int) -> list[float]:
    """Draw one more flow: it shows what was seen, or one more."""
    return [
        0.0,
        *(
            chances[seen] * seen / wanted
            + chances[seen - 1] * (wanted - seen + 1) / wanted
            for seen in range(1, wanted + 1)
        ),
    ]
