"""What the commands about traffic have in common: what is asked, and how it is told."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console

from bellrock.document.suggest import choices
from bellrock.document.values import quoted
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from topology.arrays import Arrays
from topology.traffic.demands import Demands
from topology.traffic.report import Failure, LinkLoad
from topology.traffic.standing import Standing

Down = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ID",
        help="a device, link, site or risk group that is down; repeat to combine",
    ),
]


def taken_down(inventory: Inventory, down: Iterable[str] | None) -> frozenset[str]:
    """Return the elements that are down.

    Raises
    ------
    UserError
        If one is not declared.
    """
    wanted = frozenset(down or ())
    known = {
        *inventory.sites,
        *inventory.devices,
        *inventory.links,
        *inventory.risk_groups,
    }
    for element in sorted(wanted - known):
        raise UserError(
            f"--down {element}: nothing called {quoted(element)} is declared",
            choices(element, known, "there are")
            or "name a device, link, site or risk group of the inventory",
        )
    return wanted


@dataclass(frozen=True, eq=False)
class Asked:
    """A network, its demands, and the state that is asked about.

    Attributes
    ----------
    down : frozenset of str
        Ids of elements.
    sites_cut : list of str
        The user sites that reach no gateway.
    """

    inventory: Inventory
    arrays: Arrays
    demands: Demands
    down: frozenset[str]
    sites_cut: list[str]

    @classmethod
    def of(cls, inventory: Inventory, down: Iterable[str] | None) -> "Asked":
        """Arrange an inventory; say so where nobody declared a demand.

        Raises
        ------
        UserError
            If an id of `down` is not declared.
        """
        wanted = taken_down(inventory, down)
        if not inventory.demands:
            print(
                f"{inventory.name}: no demands are declared, so no link carries "
                "anything\n  declare who sends how much to whom under demands:, or see "
                "what bellrock estimate --help works out",
                file=sys.stderr,
            )
        arrays = Arrays.of(inventory)
        reached = Standing.of(arrays, wanted).reached(arrays)
        users = inventory.user_sites()
        cut = [
            site
            for site, good in zip(arrays.sites, reached.tolist(), strict=True)
            if site in users and not good
        ]
        return cls(inventory, arrays, Demands.of(inventory), wanted, cut)

    def ends(self, link: LinkLoad) -> str:
        """Return the devices of a link, in the direction of the traffic."""
        ends = self.inventory.links[link["id"]]
        a, b = ends.a.device, ends.b.device
        return f"{a} > {b}" if link["direction"] == "ab" else f"{b} > {a}"

    def warn(self, console: Console, unrouted: float) -> None:
        """Say who is cut off, and what has no way."""
        if self.sites_cut:
            count, cut = len(self.sites_cut), ", ".join(self.sites_cut[:5])
            more = f" and {count - 5:,} more" if count > 5 else ""
            console.print(f"{count:,} cut off: {cut}{more}")
        if unrouted:
            console.print(f"{bits(unrouted)}bit/s has no way")


def status(asked: Asked, unrouted: float, overloaded: int) -> int:
    """Return the exit status: 1 for a finding in the state asked about."""
    return 1 if asked.sites_cut or unrouted or overloaded else 0


def write_json(asked: Asked, report: Mapping[str, object]) -> None:
    """Write a report, and what it is about."""
    about = {
        "network": asked.inventory.id,
        "down": sorted(asked.down),
        "sites_cut": asked.sites_cut,
    }
    print(json.dumps({**about, **report}, indent=2))


def write_csv(columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows; what is not known is an empty cell, failures are ids."""
    names = tuple(columns)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, dict):
        return value["id"]
    if isinstance(value, list):
        return " ".join(each["id"] for each in value)
    return value


def bits(rate: float | None) -> str:
    """Return a rate in as few characters as tell how large it is.

    Examples
    --------
    >>> bits(1_234_567_890), bits(1e10), bits(0), bits(None)
    ('1.23G', '10G', '0', '')
    """
    if rate is None:
        return ""
    for power, prefix in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if rate >= 10**power:
            return f"{rate / 10**power:.3g}{prefix}"
    return f"{rate:.3g}"


def share(utilisation: float | None) -> str:
    """Return a utilisation for people; empty where no capacity is declared."""
    return "" if utilisation is None else f"{utilisation:.1%}"


def names(asked: Asked, failures: Iterable[Failure]) -> str:
    """Return what fails, for people."""
    groups, sites = asked.inventory.risk_groups, asked.inventory.sites
    return " and ".join(
        groups[each["id"]].name
        if each["kind"] == "risk_group"
        else sites[each["id"]].name
        if each["kind"] == "site"
        else each["id"]
        for each in failures
    )
