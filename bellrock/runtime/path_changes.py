"""When a path is another one: what two traces in a row agree upon, and no less."""

from dataclasses import dataclass, field

from bellrock.model.route import Change, Route

LESS_KNOWN = 3
"""Traces in a row that know less than one before: then what it knew is forgotten."""


@dataclass(slots=True)
class PathHistory:
    """The way to one target, trace by trace.

    Attributes
    ----------
    known : Route or None
        What counts now: the last trace that was confirmed, or did not contradict it.
    doubtful : bool
        Whether the last trace showed another way, and the next has to confirm it.

    Notes
    -----
    A trace that meets a change half way sees routers of both ways in one row. So one
    trace alone changes nothing: the next one must see the same. One that did not
    reach the target neither confirms nor denies, and a lost answer or one more branch
    is no contradiction (:meth:`bellrock.model.route.Route.changes`).
    """

    known: Route | None = None
    _other: Route | None = None
    _less: int = field(default=0)

    @property
    def doubtful(self) -> bool:
        """Whether another way was seen once, and not confirmed yet."""
        return self._other is not None

    def add(self, route: Route) -> tuple[Change, ...]:
        """Take a trace; return in what the way has changed, now that it is certain."""
        if not route.reached:
            return ()
        if self.known is None:
            self.known = route
            return ()
        changes = route.changes(self.known)
        if not changes:
            self._other = None
            self._keep(route, self.known)
            return ()
        if self._other is None or route.changes(self._other):
            self._other = route
            return ()
        self.known, self._other, self._less = route, None, 0
        return changes

    def _keep(self, route: Route, before: Route) -> None:
        """Go on with the new trace, unless it knows less: an answer may be lost."""
        ttls = range(1, max(before.length, route.length) + 1)
        less = any(before.certain(ttl) and not route.certain(ttl) for ttl in ttls)
        self._less = self._less + 1 if less else 0
        if not less or self._less >= LESS_KNOWN:
            self.known, self._less = route, 0
