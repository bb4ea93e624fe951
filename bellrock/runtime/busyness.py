"""How busy each link is, as far as devices told it lately."""

from collections.abc import Callable, Iterable, Mapping

from bellrock.runtime.utilisation import Load


class Busyness:
    """The utilisation of links by what their ends told last.

    Parameters
    ----------
    lasts : float
        Seconds for which what a device told is worth something.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, lasts: float, clock: Callable[[], float]) -> None:
        self.lasts = lasts
        self._clock = clock
        self._told: dict[str, tuple[float, Mapping[tuple[str, str], float]]] = {}

    def add(self, device: str, loads: Iterable[Load]) -> None:
        """Take over what a device told; a device that told nothing takes all back."""
        shares = {
            (load.link, load.direction): load.utilisation
            for load in loads
            if load.utilisation is not None
        }
        self._told[device] = self._clock(), shares

    def forget(self, device: str) -> None:
        """Know nothing from a device."""
        self._told.pop(device, None)

    def of(self, link: str) -> float | None:
        """Return the share in use in the busier direction.

        None unless both directions are known: the other one may be full.
        """
        both = [self.towards(link, direction) for direction in ("ab", "ba")]
        known = [share for share in both if share is not None]
        return max(known) if len(known) == len(both) else None

    def towards(self, link: str, direction: str) -> float | None:
        """Return the share in use in one direction, by the end that says more."""
        oldest = self._clock() - self.lasts
        return max(
            (
                told[link, direction]
                for at, told in self._told.values()
                if at >= oldest and (link, direction) in told
            ),
            default=None,
        )
