"""The names that a scenario may use: those of one inventory."""

from collections.abc import Mapping
from functools import cached_property

from bellrock.document.suggest import Suggester
from bellrock.model.inventory import Inventory
from bellrock.model.scenario import ALL, Growth, Whose


class Known:
    """What may be named, and what may have been meant by another name."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.elements = {
            **dict.fromkeys(inventory.devices, "device"),
            **dict.fromkeys(inventory.links, "link"),
            **dict.fromkeys(inventory.sites, "site"),
            **dict.fromkeys(inventory.risk_groups, "risk group"),
        }
        self.kinds = frozenset(site.kind for site in inventory.sites.values())
        self.element = Suggester(self.elements)
        self.device = Suggester(inventory.devices)
        self.link = Suggester(inventory.links)
        self.supplier = Suggester(inventory.suppliers)
        self.risk_group = Suggester(inventory.risk_groups)
        self.place = Suggester({*inventory.sites, *inventory.devices})
        self.grows = Suggester({ALL, *inventory.organisations, *self.kinds})

    @cached_property
    def plugged(self) -> Mapping[str, str]:
        """Link by the end that it has in an interface."""
        links = self.inventory.links.values()
        return {
            str(end): link.id
            for link in links
            for end in (link.a, link.b)
            if end.interface
        }

    def devices_at(self, name: str) -> frozenset[str]:
        """Return the device `name`, or the devices of the site `name`."""
        if name in self.inventory.devices:
            return frozenset((name,))
        devices = self.inventory.devices.values()
        return frozenset(each.id for each in devices if each.site == name)

    def whose(self, growth: Growth) -> list[Whose]:
        """Return what the name of a growth can be; nothing if it is unknown."""
        may_be = {
            Whose.ORGANISATION: self.inventory.organisations.keys(),
            Whose.KIND: self.kinds,
        }
        return [
            whose
            for whose, names in may_be.items()
            if growth.name in names and growth.whose in (None, whose)
        ]


def growth(written: str, factor: float) -> Growth:
    """Return the growth of what is written: ``all``, a name, or ``kind:name``."""
    if written == ALL:
        return Growth("", factor)
    prefix, colon, name = written.partition(":")
    if colon and prefix in (*Whose,):
        return Growth(name, factor, Whose(prefix))
    return Growth(written, factor)
