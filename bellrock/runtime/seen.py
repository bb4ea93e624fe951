"""Which links discovery looked for and saw, over the last days."""

from bellrock.model import catalogue
from bellrock.model.neighbourhood import Provenance
from bellrock.promql.select import series
from bellrock.runtime.history import ask
from topology.audit.report import Seen


def seen_lately(url: str, seconds: float) -> Seen:
    """Return what the monitor has told a Prometheus at `url`.

    A link that was ever seen in the last `seconds` is seen, whatever it is now.

    Raises
    ------
    UserError
        If that cannot be read.
    """
    told = ask(url, series(catalogue.LINK_PROVENANCE).over("max_over_time", seconds))
    pairs = [(s.labels.get("link", ""), s.labels.get("provenance")) for s in told]
    return Seen(
        looked_for=frozenset(link for link, _ in pairs),
        seen=frozenset(link for link, how in pairs if how != Provenance.DECLARED),
    )
