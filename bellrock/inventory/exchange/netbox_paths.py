"""From an interface to the one at the other end: cables, panels and circuits.

NetBox has a cable from port to port. What people call a link is often several, with a
patch panel's front and rear ports between them, and a supplier's circuit.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

INTERFACE = "dcim.interface"
FRONT, REAR = "dcim.frontport", "dcim.rearport"
CIRCUIT = "circuits.circuittermination"
_LONGEST = 100
"""Ports that a path may pass; real ones pass ten."""

Port = tuple[str, int]
"""NetBox's name for a type of port, and its number."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one interface to another.

    Attributes
    ----------
    circuits : tuple of Port
        The terminations through which it enters circuits, in order.
    """

    a: Port
    b: Port
    circuits: tuple[Port, ...]


@dataclass(slots=True)
class Plant:
    """All that is plugged and patched."""

    cables: defaultdict[Port, list[Port]] = field(
        default_factory=lambda: defaultdict(list)
    )
    other_side: dict[Port, Port] = field(default_factory=dict)
    """By a circuit's termination, the one at its other end."""
    behind: dict[Port, list[tuple[Port, int]]] = field(default_factory=dict)
    """By a front port: its rear ports, and its position there."""
    before: dict[Port, dict[int, Port]] = field(default_factory=dict)
    """By a rear port: its front ports by position."""

    def patch(self, front: int, rear: int, position: int) -> None:
        """Join a front port to a position of a rear port."""
        self.behind.setdefault((FRONT, front), []).append(((REAR, rear), position))
        self.before.setdefault((REAR, rear), {})[position] = (FRONT, front)

    def plug(self, a: list[Port], b: list[Port]) -> bool:
        """Join the ports at both ends of a cable; false if nobody knows which is which.

        Two ends of as many ports go pairwise, one port to all of the other end else.
        """
        if len(a) != len(b) and 1 not in (len(a), len(b)):
            return False
        pairs = (
            zip(a, b, strict=True)
            if len(a) == len(b)
            else ((x, y) for x in a for y in b)
        )
        for x, y in pairs:
            self.cables[x].append(y)
            self.cables[y].append(x)
        return True

    def paths(self) -> Iterator[Path]:
        """Return the way between each two interfaces, found from either end, once."""
        seen: set[tuple[Port, Port, tuple[Port, ...]]] = set()
        for start in list(self.cables):
            if start[0] != INTERFACE:
                continue
            for path in self._from(start):
                ends = (path.a, path.b) if path.a <= path.b else (path.b, path.a)
                inside = {*path.circuits, *(self.other_side[c] for c in path.circuits)}
                key = (*ends, tuple(sorted(inside)))
                if key not in seen:
                    seen.add(key)
                    yield path

    def _from(self, start: Port) -> Iterator[Path]:
        waiting: list[tuple[Port, tuple[int, ...], tuple[Port, ...], int]]
        waiting = [(start, (), (), 0)]
        passed_by = set()
        while waiting:
            port, positions, circuits, steps = waiting.pop()
            if steps > _LONGEST or (port, positions) in passed_by:
                continue
            passed_by.add((port, positions))
            for peer in self.cables.get(port, ()):
                if peer[0] == INTERFACE:
                    if peer != start:
                        yield Path(start, peer, circuits)
                    continue
                for onward, deeper, passed in self._through(peer, positions):
                    entered = (*circuits, peer) if passed else circuits
                    waiting.append((onward, deeper, entered, steps + 1))

    def _through(
        self, port: Port, positions: tuple[int, ...]
    ) -> Iterator[tuple[Port, tuple[int, ...], bool]]:
        """Return where a path that comes in at a port goes out again."""
        if port in self.other_side:
            yield self.other_side[port], positions, True
        elif port[0] == FRONT:
            for rear, position in self.behind.get(port, ()):
                yield rear, (*positions, position), False
        elif port[0] == REAR:
            fronts = self.before.get(port, {})
            if positions and positions[-1] in fronts:
                yield fronts[positions[-1]], positions[:-1], False
            elif not positions and len(fronts) == 1:
                yield next(iter(fronts.values())), (), False
