"""What is believed of a network at one moment: what analyses are asked about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NetworkState:
    """Which declared devices and links are down, and of which nothing is known.

    Everything else is up. It holds ids alone, so that handing it to a worker process
    costs little. Ids that an inventory does not declare are ignored by every
    analysis: a state may be a moment older than the inventory it meets.

    Attributes
    ----------
    down, unknown : frozenset of str
        Ids of devices and links. An id in both counts as down.

    Examples
    --------
    >>> state = NetworkState(down=frozenset({"shefa-2"}), unknown=frozenset({"cpe9"}))
    >>> sorted(state.optimistic), sorted(state.pessimistic)
    (['shefa-2'], ['cpe9', 'shefa-2'])
    """

    down: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    @property
    def optimistic(self) -> frozenset[str]:
        """What is down if everything unknown is up."""
        return self.down

    @property
    def pessimistic(self) -> frozenset[str]:
        """What is down if everything unknown is down."""
        return self.down | self.unknown
