"""What the settings' throughput tests come to in this inventory."""

from collections.abc import Iterator
from dataclasses import dataclass

from bellrock.config.settings import Settings
from bellrock.document.problem import Problem
from bellrock.document.reader import read
from bellrock.document.suggest import choices
from bellrock.model.errors import UserError
from bellrock.model.inventory import Device, Inventory, Link
from bellrock.model.observation import Direction
from collectors.ssh.settings import SshCredentials
from probes.throughput.settings import Test, ThroughputSettings

THROUGHPUT = "throughput"

_Flaw = tuple[tuple[str, ...], str, str]
"""Keys within a test, what is wrong there, and what instead."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A test, and all that it needs to know of the inventory.

    Attributes
    ----------
    target : Device
        At the far side.
    address : str
        Where the far side listens.
    forward : str
        Which direction of the link is towards the target, ``ab`` or ``ba``.
    source : (Device, SshCredentials) or None
        What it runs on, if not on this machine.
    """

    name: str
    test: Test
    link: Link
    target: Device
    address: str
    forward: str
    source: tuple[Device, SshCredentials] | None

    def along(self, direction: Direction) -> str:
        """Return the direction of the link in which a direction of the test goes."""
        if direction is Direction.FORWARD:
            return self.forward
        return "ba" if self.forward == "ab" else "ab"

    def declared(self, direction: Direction) -> float | None:
        """Return the declared capacity of the link in a direction, bit/s."""
        towards_b = self.along(direction) == "ab"
        return self.link.capacity_ab if towards_b else self.link.capacity_ba


def throughput(settings: Settings) -> ThroughputSettings:
    """Return that section."""
    section = settings.probes.get(THROUGHPUT, ThroughputSettings())
    assert isinstance(section, ThroughputSettings)
    return section


def trials(settings: Settings, inventory: Inventory) -> tuple[Trial, ...]:
    """Return every test; the two fit each other, see :func:`problems`."""
    tests = throughput(settings).tests
    return tuple(_trial(name, tests[name], settings, inventory) for name in tests)


def problems(settings: Settings, inventory: Inventory) -> list[Problem]:
    """Return every name in the tests that nothing has."""
    flaws = [
        (("probes", THROUGHPUT, "tests", name, *keys), what, instead)
        for name, test in throughput(settings).tests.items()
        for keys, what, instead in _flaws(test, settings, inventory)
    ]
    if not flaws or settings.file is None:
        return []
    # Read once more: settings do not keep their lines, and mostly nobody asks.
    document = read(settings.file)
    return [document.problem(*flaw) for flaw in flaws]


def _flaws(test: Test, settings: Settings, inventory: Inventory) -> Iterator[_Flaw]:
    links, devices = inventory.links, inventory.devices
    for link in test.via:
        if link not in links:
            yield ("via",), f"no link {link}", choices(link, links, "known links")
    if test.link not in links:
        what = f"no link {test.link}"
        yield ("link",), what, choices(test.link, links, "known links")
        return
    ends = [end.device for end in (links[test.link].a, links[test.link].b)]
    target = test.target or ends[1]
    if target not in devices:
        what = f"no device {target}"
        yield ("target",), what, choices(target, devices, "known devices")
    elif _forward(links[test.link], devices[target], inventory) is None:
        what = f"{target} is at neither end of {test.link}"
        yield ("target",), what, f"name one of {', '.join(ends)}, or a device beside it"
    elif test.address is None and devices[target].address is None:
        what = f"{target} has no address in the inventory"
        yield ("target",), what, "set address, where its program listens"
    yield from _source_flaws(test, settings, inventory)


def _source_flaws(
    test: Test, settings: Settings, inventory: Inventory
) -> Iterator[_Flaw]:
    device = inventory.devices.get(test.source or "")
    if test.source is None or (
        device and device.ssh and device.ssh not in settings.ssh
    ):
        # Credentials that are wrong, or not there, are told of by themselves.
        return
    try:
        credentials_of(test.source, settings, inventory)
    except UserError as error:
        yield ("from",), error.what, error.instead


def _forward(link: Link, target: Device, inventory: Inventory) -> str | None:
    """Return the direction towards a device at one end, or alone at that end's site."""
    for at_a, at_b in (
        (link.a.device == target.id, link.b.device == target.id),
        tuple(
            inventory.devices[end.device].site == target.site
            for end in (link.a, link.b)
        ),
    ):
        if at_a != at_b:
            return "ba" if at_a else "ab"
    return None


def _trial(name: str, test: Test, settings: Settings, inventory: Inventory) -> Trial:
    link = inventory.links[test.link]
    target = inventory.devices[test.target or link.b.device]
    address, forward = test.address or target.address, _forward(link, target, inventory)
    assert address is not None
    assert forward is not None
    return Trial(
        name=name,
        test=test,
        link=link,
        target=target,
        address=address,
        forward=forward,
        source=None
        if test.source is None
        else credentials_of(test.source, settings, inventory),
    )


def credentials_of(
    name: str, settings: Settings, inventory: Inventory
) -> tuple[Device, SshCredentials]:
    """Return a device that can be logged in to, and as whom.

    Raises
    ------
    UserError
        If there is none of that name, or it cannot be.
    """
    device = inventory.devices.get(name)
    if device is None:
        instead = choices(name, inventory.devices, "known devices")
        raise UserError(f"no device {name}", instead)
    if device.ssh is None or device.address is None:
        raise UserError(
            f"{name} cannot be logged in to",
            "give it ssh and an address in the inventory",
        )
    credentials = settings.ssh[device.ssh]
    assert isinstance(credentials, SshCredentials)
    return device, credentials
