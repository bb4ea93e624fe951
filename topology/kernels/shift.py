"""Flows towards one target mended as differences, from the farthest node on."""

from topology.kernels.broken import Broken
from topology.kernels.heap import pop
from topology.kernels.jit import borrowing
from topology.kernels.ledger import Ledger, add
from topology.kernels.spf import FAR, Wiring
from topology.kernels.work import (
    CHANGED,
    WAITING,
    Nudges,
    Toward,
    Work,
    length_from,
    meet,
)


@borrowing
def take_back(
    wiring: Wiring, toward: Toward, changed: int, work: Work, ledger: Ledger
) -> None:
    """Take back what changed nodes passed on before the failure."""
    distance, flow = toward.distance, toward.flow
    for i in range(changed):
        node = work.changed[i]
        meet(node, length_from(node, toward, work), toward, work)
        if flow[node] == 0.0:
            continue
        part = flow[node] / toward.ways[node]
        for j in range(wiring.out_start[node], wiring.out_start[node + 1]):
            arc = wiring.out_arc[j]
            after = wiring.head[arc]
            if distance[node] == distance[after] + wiring.metric[arc]:
                add(ledger, arc, -part)
                work.more[after] -= part
                meet(after, length_from(after, toward, work), toward, work)


@borrowing
def enter(toward: Toward, nudged: Nudges, work: Work) -> None:
    """Let enter what enters otherwise."""
    for i in range(nudged.tally[0]):
        node = nudged.node[i]
        far = length_from(node, toward, work)
        nudged.reached[i] = far < FAR
        if far < FAR:
            work.more[node] += nudged.amount[i]
            meet(node, far, toward, work)


@borrowing
def pass_on(
    wiring: Wiring, toward: Toward, broken: Broken, work: Work, ledger: Ledger
) -> None:
    """Pass on what differs, farthest node first."""
    failed, more, tally = broken.failed, work.more, work.tally
    while tally[WAITING] > 0:
        below, node, tally[WAITING] = pop(work.keys, work.values, tally[WAITING])
        through, parts = more[node], toward.ways[node]
        if work.mark[node] & CHANGED:
            through += toward.flow[node]
            parts = 0
            for j in range(wiring.out_start[node], wiring.out_start[node + 1]):
                arc = wiring.out_arc[j]
                far = length_from(wiring.head[arc], toward, work)
                parts += not failed[arc] and far + wiring.metric[arc] == -below
        if through == 0.0:
            continue
        for j in range(wiring.out_start[node], wiring.out_start[node + 1]):
            arc = wiring.out_arc[j]
            after = wiring.head[arc]
            far = length_from(after, toward, work)
            if not failed[arc] and far + wiring.metric[arc] == -below:
                add(ledger, arc, through / parts)
                more[after] += through / parts
                meet(after, far, toward, work)
