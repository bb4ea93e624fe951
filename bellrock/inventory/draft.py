"""Write an inventory that was found rather than declared, for a person to complete.

Names come from devices, so from anybody: every text is quoted and made printable, and
nothing but our own ids stands bare.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from bellrock.inventory.rates import LARGEST
from bellrock.inventory.schema import LARGEST_METRIC
from bellrock.model.inventory import End

_BARE = re.compile(r"[a-z][a-z0-9_-]*")
_NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML takes for something else."""
_NOT_IN_IDS = re.compile(r"[^a-z0-9._-]+")
_LONGEST_ID = 40
_LONGEST_NAME, _LONGEST_COMMENT = 200, 300
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
        yield _comment(line)
    yield ""
    yield "network: {id: discovered, name: Discovered network}  # to complete"
    yield ""
    yield "# To complete: what each site is, whose it is, and which devices share one."
    yield "sites:"
    for device in draft.devices:
        name = _text(device.name if device.name.strip() else device.id)
        yield f"  - {{id: {_scalar(device.site)}, name: {name}, kind: other}}"
    yield ""
    yield "devices:"
    for device in draft.devices:
        parts = {
            "id": _scalar(device.id),
            "site": _scalar(device.site),
            "address": _text(device.address),
            "snmp": _scalar(device.snmp),
        }
        if device.ssh is not None and device.platform is not None:
            parts["ssh"] = _scalar(device.ssh)
            parts["platform"] = _scalar(device.platform)
        if device.port is not None:
            parts["ports"] = f"{{snmp: {device.port}}}"
        yield _entry(parts, device.comment)
    yield ""
    yield "links:" if draft.links else "links: []"
    taken = {name for device in draft.devices for name in (device.id, device.site)}
    plugged: set[str] = set()
    for link in draft.links:
        entry = _entry(dict(_link(link, taken)), link.comment)
        ends = {printable(str(end)) for end in (link.a, link.b) if end.interface}
        # Two that differ only in what cannot be printed.
        yield _comment(entry) if ends & plugged else entry
        plugged |= ends
    yield from _left_out(draft.left_out)
    yield ""
    yield "# To complete: where sites must reach. The device asked first stands in."
    yield f"gateways: [{_scalar(draft.gateway)}]"


def _link(link: DraftLink, taken: set[str]) -> Iterator[tuple[str, str]]:
    yield "id", _scalar(_untaken(f"{link.a.device}-{link.b.device}", taken))
    yield "a", _quoted(str(link.a))
    yield "b", _quoted(str(link.b))
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
        yield _comment(f"  {line}")
    if len(lines) > _MOST_LEFT_OUT:
        yield _comment(f"  and {len(lines) - _MOST_LEFT_OUT:,} more")


def _entry(parts: dict[str, str], comment: str) -> str:
    inside = ", ".join(f"{key}: {value}" for key, value in parts.items())
    return f"  - {{{inside}}}" + (f"  {_comment(comment)}" if comment else "")


def _comment(text: str) -> str:
    return f"# {printable(text)[:_LONGEST_COMMENT]}".rstrip()


def _scalar(text: str) -> str:
    """Return an id as it stands in YAML: bare if it can only be read as text."""
    bare = _BARE.fullmatch(text) is not None and text not in _NOT_TEXT
    return text if bare else _text(text)


def _text(text: str) -> str:
    """Return a name for people, in quotes, and cut where it is endless."""
    return _quoted(text[:_LONGEST_NAME])


def _quoted(text: str) -> str:
    """Return any text in double quotes; YAML reads them as JSON does."""
    return json.dumps(printable(text), ensure_ascii=False)


def printable(text: str) -> str:
    """Return text without line breaks, control characters and halves of characters."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def is_capacity(bits: float) -> bool:
    """Return whether an inventory may have it; virtual ports run at 4 Pbit/s."""
    return 1 <= bits <= LARGEST


def rate(bits: float) -> str:
    """Return bit/s as an inventory has them.

    Examples
    --------
    >>> rate(1e9), rate(1.5e6), rate(64_000), rate(1234567)
    ('1G', '1500k', '64k', '1234567')
    """
    for letter, factor in {"T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3}.items():
        if bits >= factor and bits % factor == 0:
            return f"{bits / factor:.0f}{letter}"
    return f"{bits:.0f}"
