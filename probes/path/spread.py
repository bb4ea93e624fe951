"""Whether packets of one flow keep to one way: one flow is asked again and again."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

from probes.path.exchange import Ask
from probes.path.level import Level
from probes.path.stopping import flows_needed
from probes.path.trail import Trail


class Spread:
    """What is to be asked again wherever there are branches, once all are found.

    Parameters
    ----------
    trails : sequence of Trail
        All flows, followed to their ends.
    failure : float
        Probability, at most, of taking packets spread evenly over two next hops, one
        by one, for a flow that keeps to its way.
    """

    def __init__(self, trails: Sequence[Trail], failure: float) -> None:
        self._left = deque(_repeats(trails, flows_needed(1, failure) - 1))

    @property
    def waiting(self) -> bool:
        """Whether there is anything left to ask."""
        return bool(self._left)

    def ready(
        self,
        trails: Sequence[Trail],
        levels: Sequence[Level],
        now: float,
        *,
        single: bool,
    ) -> list[Ask]:
        """Return what may be sent now, which is left no more.

        Parameters
        ----------
        single : bool
            Whether each flow may have one packet on its way.
        """
        found: list[Ask] = []
        rationed: set[int] = set()
        busy: set[int] = set()
        put_off: deque[Ask] = deque()
        for ask in self._left:
            level = levels[ask.ttl]
            waits = single and (ask.flow in busy or trails[ask.flow].outstanding)
            if waits or level.ready > now or ask.ttl in rationed:
                put_off.append(ask)
                continue
            if level.wait:
                rationed.add(ask.ttl)
            busy.add(ask.flow)
            found.append(ask)
        self._left = put_off
        return found


def _repeats(trails: Sequence[Trail], times: int) -> Iterator[Ask]:
    """Yield so many packets to each TTL that shows branches, in one flow there."""
    addresses: dict[int, set[str]] = defaultdict(set)
    first: dict[int, int] = {}
    for trail in trails:
        for ttl, seen in enumerate(trail.seen[: trail.length + 1]):
            if seen is not None:
                addresses[ttl].add(seen.address)
                first.setdefault(ttl, trail.flow)
    for ttl, found in sorted(addresses.items()):
        if len(found) > 1:
            yield from [Ask(first[ttl], ttl)] * times
