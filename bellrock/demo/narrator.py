"""Tells an onlooker what the monitor found, in sentences, as it finds it.

Everything said here comes from the monitor's own conclusions; the story's steps are
told apart, so that one can see how long the monitor took to notice.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from bellrock.demo.pager import Notification
from bellrock.model.check import CheckReading
from bellrock.model.inventory import ElementKind, Inventory
from bellrock.model.observation import Outcome
from bellrock.runtime.analyst import Conclusion
from bellrock.runtime.utilisation import Load
from topology.analysis import Analysis
from topology.reading import Element

FULL = 0.9
"""Utilisation at which a link is called full; told again once it was below 0.8."""

BUSY = "This machine is too busy for the demo: what happens may be told late or never."

_RELIEVED = 0.8
_SETTLED = 1.5
_NAMES_SHOWN = 4
_TELLING = (
    ElementKind.RISK_GROUP,
    ElementKind.LINK,
    ElementKind.SITE,
    ElementKind.DEVICE,
)


class Narrator:
    """Compares each conclusion with the one before and says the difference.

    Parameters
    ----------
    console : Console
        Where to say it.
    clock : callable
        Seconds; only differences count.
    """

    def __init__(
        self,
        console: Console,
        inventory: Inventory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.findings: list[str] = []
        self.notifications: list[Notification] = []
        self.checks: dict[str, CheckReading] = {}
        self._well: set[str] = set()
        self._failing: set[str] = set()
        self.console = console
        self._inventory = inventory
        self._clock = clock
        self._started = clock()
        self._levels: dict[str, int] = {}
        self._latest: Analysis | None = None
        self._changed = self._started
        self._full: set[tuple[str, str]] = set()

    def happens(self, text: str) -> None:
        """Tell what the story does to the network."""
        self._line(f"[bold]{escape(text)}[/]")

    def doubts(self, text: str) -> None:
        """Tell what makes the demo less than it should be: a machine that is busy."""
        self._line(f"[yellow]{escape(text)} {BUSY}[/]")

    def conclude(self, conclusion: Conclusion) -> None:
        """Remember the monitor's newest conclusion, to be told once it has settled."""
        if not conclusion.isolated:
            self._latest = conclusion.analysis
            self._changed = self._clock()

    def settle(self) -> None:
        """Tell what changed for the sites, if nothing has for a moment.

        A cable takes dozens of devices with it; an onlooker wants one sentence.
        """
        if self._latest is None or self._clock() - self._changed < _SETTLED:
            return
        analysis, self._latest = self._latest, None
        cut, back, lost, regained = self._take(analysis)
        if cut:
            self._find(f"{_sites(cut)} CUT OFF: {self._names(cut)}", "red")
        if back:
            self._find(f"{_sites(back)} back: {self._names(back)}", "green")
        if lost:
            self._find(
                f"{_sites(lost)} lost the second path; nobody is cut off by that. "
                f"{self._what_is_left(analysis, lost)}",
                "yellow",
            )
        if regained:
            self._find(f"{_sites(regained)} have two paths again.", "green")

    def _take(self, analysis: Analysis) -> tuple[list[str], ...]:
        """Note the sites' states; return those cut, back, less and more redundant."""
        cut, back, lost, regained = [], [], [], []
        for site, state in analysis.sites.items():
            if state.redundancy is None:
                continue
            # What was last known, however long ago: unknown in between tells nothing.
            before = self._levels.get(site, state.redundancy)
            self._levels[site] = state.redundancy
            match before, state.redundancy:
                case (1 | 2, 0):
                    cut.append(site)
                case (0, 1 | 2):
                    back.append(site)
                case (2, 1):
                    lost.append(site)
                case (1, 2):
                    regained.append(site)
        return cut, back, lost, regained

    def hear_loads(self, loads: tuple[Load, ...]) -> None:
        """Tell of links that fill up, and of their relief."""
        for load in loads:
            if load.utilisation is None:
                continue
            arc, percent = (load.link, load.direction), f"{load.utilisation:.0%}"
            if load.utilisation >= FULL and arc not in self._full:
                self._full.add(arc)
                self._find(f"{self._link(load.link)} is {percent} full.", "yellow")
            elif load.utilisation < _RELIEVED and arc in self._full:
                self._full.discard(arc)
                self._find(f"{self._link(load.link)} is down to {percent}.", "green")

    def hear_check(self, reading: CheckReading) -> None:
        """Tell of a service that fails its check, and that it answers again."""
        name, kind = reading.check, reading.kind
        self.checks[name] = reading
        if reading.succeeded:
            self._well.add(name)
            if name in self._failing:
                self._failing.discard(name)
                self._find(f"The {kind} check of {name} succeeds again.", "green")
        elif name in self._well - self._failing:
            # What was never well did not break before anybody's eyes.
            self._failing.add(name)
            failed = {each.outcome.value for each in reading.attempts}
            ended = " and ".join(sorted(failed - {Outcome.SUCCESS}))
            self._find(f"The {kind} check of {name} fails: {ended}.", "red")

    def notify(self, notification: Notification) -> None:
        """Tell what arrived where a person would be paged."""
        self.notifications.append(notification)
        told = [a for a in notification.alerts if a.status == notification.status]
        names = Counter(alert.name for alert in told).most_common()
        text = ", ".join(f"{count} {name}" for name, count in names)
        if notification.status == "firing":
            # Of the commonest kind: a site of many says more than a service of few.
            first = next(alert for alert in told if alert.name == names[0][0])
            rest = f" and {len(told) - 1} more" if len(told) > 1 else ""
            text += f": {first.summary}{rest}"
        self._line(
            f"[magenta]→ {escape(notification.receiver)}, "
            f"[bold]{escape(notification.about)} {notification.status}[/]: "
            f"{escape(text)}[/]"
        )

    def _what_is_left(self, analysis: Analysis, sites: Collection[str]) -> str:
        """Name the single thing that these sites now depend on."""
        shared = [
            element
            for element in analysis.elements
            if set(sites) <= set(element.sites_cut)
        ]
        if not shared:
            return "No single item holds them all."
        nearest = min(shared, key=_tellable)
        worst = max(shared, key=lambda element: len(element.sites_cut))
        told = (
            f"They now hang on {self._element(nearest)}: one more failure there cuts "
            f"off {_sites(nearest.sites_cut)}, {nearest.people_cut:,} people: "
            f"{self._names(nearest.sites_cut)}"
        )
        if len(worst.sites_cut) > len(nearest.sites_cut):
            told += f" {self._element(worst)} would take {_sites(worst.sites_cut)}."
        return told

    def _element(self, element: Element) -> str:
        inventory = self._inventory
        match element.kind:
            case ElementKind.RISK_GROUP:
                return inventory.risk_groups[element.id].name
            case ElementKind.SITE:
                return inventory.sites[element.id].name
            case ElementKind.LINK:
                return self._link(element.id)
            case ElementKind.DEVICE:
                return element.id

    def _link(self, link: str) -> str:
        circuit = self._inventory.links[link].circuit
        return f"{link} (circuit {circuit})" if circuit else link

    def _names(self, sites: Collection[str]) -> str:
        """List the most urgent sites by name, and count the rest."""
        known = self._inventory.sites
        ordered = sorted(sites, key=lambda s: (known[s].priority, -known[s].people, s))
        shown = [known[site].name for site in ordered[:_NAMES_SHOWN]]
        rest = len(ordered) - len(shown)
        return ", ".join(shown) + (f" and {rest} more." if rest else ".")

    def _find(self, text: str, style: str) -> None:
        self.findings.append(f"{self._clock() - self._started:4.0f} s  {text}")
        self._line(f"[{style}]{escape(text)}[/]")

    def _line(self, marked: str) -> None:
        # Two columns, so that a long sentence is not mistaken for two.
        line = Table.grid(Column(justify="right", width=5), Column(), padding=(0, 1))
        line.add_row(f"[dim]{self._clock() - self._started:.0f} s[/]", marked)
        self.console.print(line)


def _sites(sites: Collection[str]) -> str:
    return "1 site" if len(sites) == 1 else f"{len(sites)} sites"


def _tellable(element: Element) -> tuple[int, int, str]:
    """Prefer what is nearest to the sites, and a cable's name to its circuit's."""
    return len(element.sites_cut), _TELLING.index(element.kind), element.id
