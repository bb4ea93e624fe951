"""Which of the ways found so far explains a flow."""

from collections.abc import Sequence, Set


class Ways:
    """Ways that packets take, numbered from 0 as they are added.

    A flow fits a way that knows all that it knows: every address that answered it
    answers there too, at the same TTL; and if it reached the target, then the way does
    not go on.

    Parameters
    ----------
    per_packet : set of int
        TTLs where addresses say nothing: packets of one flow are spread there.

    Notes
    -----
    Each address at each TTL keeps the numbers of the ways over it, as the bits of an
    integer. To find a way costs one `and` for each hop of the flow, however many ways
    there are.
    """

    def __init__(self, per_packet: Set[int]) -> None:
        self._per_packet = per_packet
        self._over: dict[tuple[int, str], int] = {}
        self._of_length: dict[int, int] = {}
        self._next = 1

    def add(self, addresses: Sequence[str | None]) -> None:
        """Add a way: who answers at each TTL from 1."""
        length = len(addresses)
        self._of_length[length] = self._of_length.get(length, 0) | self._next
        for ttl, address in enumerate(addresses, 1):
            if address is not None:
                known = self._over.get((ttl, address), 0)
                self._over[ttl, address] = known | self._next
        self._next <<= 1

    def first(self, addresses: Sequence[str | None], *, reached: bool) -> int | None:
        """Return the number of the first way that a flow fits, None if there is none.

        Examples
        --------
        >>> ways = Ways(frozenset())
        >>> ways.add(("r", "a", "t"))
        >>> ways.add(("r", "b", "t"))
        >>> ways.first(("r", "b"), reached=False), ways.first(("r", None), reached=True)
        (1, None)
        """
        known = [(ttl, each) for ttl, each in enumerate(addresses, 1) if each]
        least = known[-1][0] if known else 0
        fits = 0
        for length, ways in self._of_length.items():
            if length >= least and not (reached and length > len(addresses)):
                fits |= ways
        for ttl, address in known:
            if ttl not in self._per_packet:
                fits &= self._over.get((ttl, address), 0)
        return (fits & -fits).bit_length() - 1 if fits else None
