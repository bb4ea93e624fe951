"""Write demands that were worked out, as a file of an inventory."""

from collections.abc import Iterable

from bellrock.inventory.yamltext import entry, rate, remark, scalar
from bellrock.model.inventory import Demand


def write_demands(demands: Iterable[Demand], head: Iterable[str]) -> str:
    """Return YAML that stands beside the other files of an inventory.

    Parameters
    ----------
    demands : iterable of Demand
        Rates are rounded to whole bit/s; what is less than half of one is left out.
    head : iterable of str
        What to say above them, a line each.

    Examples
    --------
    >>> print(write_demands([Demand("gp", "dc", 1.5e6)], ["From counters."]), end="")
    # From counters.
    demands:
      - {from: gp, to: dc, rate: 1500k}
    """
    lines = [remark(line) for line in head]
    told = [
        entry(
            {
                "from": scalar(demand.source),
                "to": scalar(demand.target),
                "rate": rate(round(demand.rate)),
            }
        )
        for demand in demands
        if round(demand.rate) > 0
    ]
    lines += ["demands:", *told] if told else ["demands: []"]
    return "\n".join(lines) + "\n"
