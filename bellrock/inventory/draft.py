"""Write an inventory that was found rather than declared, for a person to complete."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from bellrock.inventory.schema import LARGEST_METRIC
from bellrock.inventory.yamltext import (
    entry,
    is_capacity,
    printable,
    quoted,
    rate,
    remark,
    scalar,
    title,
)
from bellrock.model.inventory import End

_NOT_IN_IDS = re.compile(r"[^a-z0-9._-]+")
_LONGEST_ID = 40
_MOST_LEFT_OUT = 1_000


@dataclass(frozen=True, slots=True)
class DraftDevice:
    """A device that was read, at a site of its own until somebody says where it is.

    Attributes
    ----------
    name : str
        What it calls itself.
    snmp : str
        Name of the credentials it was read with.
    port : int or None
        UDP port of its agent, where that is not the standard one.
    ssh, platform : str or None
        Name of the credentials that it let in over SSH, and whose command line it has.
    comment : str
        How it was found.
    """

    id: str
    name: str
    address: str
    snmp: str
    port: int | None = None
    ssh: str | None = None
    platform: str | None = None
    comment: str = ""

    @property
    def site(self) -> str:
        """The id of the site it is put in."""
        return _site(self.id)


@dataclass(frozen=True, slots=True)
class DraftLink:
    """A link that was seen.

    Attributes
    ----------
    capacity : float or None
        bit/s, if both ends say the same.
    metrics : pair of int or None
        The IGP's, at each end.
    comment : str
        Who sees it, and what is not certain.
    """

    a: End
    b: End
    capacity: float | None = None
    metrics: tuple[int | None, int | None] = (None, None)
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """All that was found.

    Attributes
    ----------
    head : tuple of str
        Lines at the top, for whoever opens the file.
    gateway : str
        A device: one there must be.
    left_out : tuple of str
        What was seen and is not declared, a line each.
    """

    head: tuple[str, ...]
    devices: tuple[DraftDevice, ...]
    links: tuple[DraftLink, ...]
    gateway: str
    left_out: tuple[str, ...] = ()


def identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return an id for each name: short where that is enough, no two the same.

    Each leaves room for a site's, which is made from it; none is in `taken`.

    Examples
    --------
    >>> identifiers(["Core1.example.net", "pe 2", "", "core1.example.org"])
    ['core1.example.net', 'pe-2', 'device', 'core1.example.org']
    """
    whole = [_identifier(name) for name in names]
    short = [name.partition(".")[0] or name for name in whole]
    often: dict[str, int] = {}
    for name in short:
        often[name] = often.get(name, 0) + 1
    used = set(taken)
    numbers: dict[str, int] = {}
    found = []
    for name, brief in zip(whole, short, strict=True):
        wanted = chosen = brief if often[brief] == 1 else name
        # All numbers before are taken: thousands may have the name of their model.
        number = numbers.get(wanted, 1)
        while used & {chosen, _site(chosen)}:
            number += 1
            chosen = f"{wanted}-{number}"
        numbers[wanted] = number
        used |= {chosen, _site(chosen)}
        found.append(chosen)
    return found


def _site(device: str) -> str:
    return f"{device}-site"


def _identifier(name: str) -> str:
    text = _NOT_IN_IDS.sub("-", name.casefold()).strip("._-")[:_LONGEST_ID]
    text = text.rstrip("._-")
    # A bare address is better not cut at its first dot.
    return (text.replace(".", "-") if text[:1].isdigit() else text) or "device"


def _untaken(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name


def write(draft: Draft) -> str:
    """Return the draft as YAML that ``bellrock check`` accepts."""
    return "".join(f"{line}\n" for line in _lines(draft))


def _lines(draft: Draft) -> Iterator[str]:
    for line in draft.head:
        yield remark(line)
    yield ""
    yield "network: {id: discovered, name: Discovered network}  # to complete"
    yield ""
    yield "# To complete: what each site is, whose it is, and which devices share one."
    yield "sites:"
    for device in draft.devices:
        called = title(device.name if device.name.strip() else device.id)
        yield f"  - {{id: {scalar(device.site)}, name: {called}, kind: other}}"
    yield ""
    yield "devices:"
    for device in draft.devices:
        parts = {
            "id": scalar(device.id),
            "site": scalar(device.site),
            "address": title(device.address),
            "snmp": scalar(device.snmp),
        }
        if device.ssh is not None and device.platform is not None:
            parts["ssh"] = scalar(device.ssh)
            parts["platform"] = scalar(device.platform)
        if device.port is not None:
            parts["ports"] = f"{{snmp: {device.port}}}"
        yield entry(parts, device.comment)
    yield ""
    yield "links:" if draft.links else "links: []"
    taken = {name for device in draft.devices for name in (device.id, device.site)}
    plugged: set[str] = set()
    for link in draft.links:
        line = entry(dict(_link(link, taken)), link.comment)
        ends = {printable(str(end)) for end in (link.a, link.b) if end.interface}
        # Two that differ only in what cannot be printed.
        yield remark(line) if ends & plugged else line
        plugged |= ends
    yield from _left_out(draft.left_out)
    yield ""
    yield "# To complete: where sites must reach. The device asked first stands in."
    yield f"gateways: [{scalar(draft.gateway)}]"


def _link(link: DraftLink, taken: set[str]) -> Iterator[tuple[str, str]]:
    yield "id", scalar(_untaken(f"{link.a.device}-{link.b.device}", taken))
    yield "a", quoted(str(link.a))
    yield "b", quoted(str(link.b))
    if link.capacity is not None and is_capacity(link.capacity):
        yield "capacity", rate(link.capacity)
    ab, ba = link.metrics
    if ab and ba and max(ab, ba) <= LARGEST_METRIC:
        yield "metric", str(ab) if ab == ba else f"{{ab: {ab}, ba: {ba}}}"


def _left_out(lines: Collection[str]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield "# Seen, but not declared above:"
    for line in [*lines][:_MOST_LEFT_OUT]:
        yield remark(f"  {line}")
    if len(lines) > _MOST_LEFT_OUT:
        yield remark(f"  and {len(lines) - _MOST_LEFT_OUT:,} more")
