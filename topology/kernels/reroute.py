"""What one failure does to the traffic towards one target, and nothing more."""

from topology.kernels.broken import GONE, Broken
from topology.kernels.jit import borrowing
from topology.kernels.ledger import Ledger
from topology.kernels.shift import enter, pass_on, take_back
from topology.kernels.spf import FAR, Ints, Wiring
from topology.kernels.strand import bereft, search, strand
from topology.kernels.work import MEETING, UNTOLD, Bools, Nudges, Toward, Work


@borrowing
def reroute(
    wiring: Wiring,
    inside: Bools,
    toward: Toward,
    broken: Broken,
    nudged: Nudges,
    work: Work,
    ledger: Ledger,
    cut: Ints,
) -> int:
    """Mend the traffic towards a target that is not dead itself.

    Parameters
    ----------
    inside : array of bool, shape (arcs,)
        Which arcs `wiring` has.
    nudged : Nudges
        What enters otherwise beside the failure.
    ledger : Ledger
        Gets the differences.
    cut : array of int32, shape (nodes,)
        Written: the nodes that had a way and have none.

    Returns
    -------
    int
        How many were cut.
    """
    mark, tally = work.mark, work.tally
    changed = bereft(wiring, inside, toward, broken.gone[: broken.tally[GONE]], work)
    stranded, changed = strand(wiring, toward, broken, changed, work)
    search(wiring, toward, broken, stranded, work)
    lost = 0
    for node in work.stranded[:stranded]:
        if work.length[node] >= FAR:
            cut[lost] = node
            lost += 1
    take_back(wiring, toward, changed, work, ledger)
    enter(toward, nudged, work)
    pass_on(wiring, toward, broken, work, ledger)
    for node in work.changed[:changed]:
        mark[node] = 0
        work.left[node] = UNTOLD
    for node in work.met[: tally[MEETING]]:
        mark[node] = 0
        work.more[node] = 0.0
    tally[MEETING] = 0
    return lost
