"""OSPF's database: the links of every router of an area (RFC 2328, section A.4.2)."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping

from bellrock.model.neighbourhood import Facts, OspfLink, OspfLinkKind
from collectors.ssh.reader import Malformed, number
from collectors.ssh.text import quoted

NAME = "ospf-database"

_LONGEST_LINE = 200
_MAX_AGE = 3600
"""Seconds, from which on an advertisement is not used any more (section B)."""
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_DOTTED = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_AWAY, _AGE, _TYPE = "adv router is not-reachable", "ls age", "ls type"
_ROUTER, _LINK = "advertising router", "link connected to"
_FAR, _OWN = "(link id)", "(link data)"
_WORDS = (_AWAY, _AGE, _TYPE, _ROUTER, _LINK, _FAR, _OWN)
_LINE = re.compile(
    rf"\s{{0,40}}(?P<what>{'|'.join(map(re.escape, _WORDS))}|tos {{1,4}}0 metrics?)"
    "(?P<rest>.*)",
    re.IGNORECASE,
)
_KINDS = {
    "point": OspfLinkKind.POINT_TO_POINT,
    "transit": OspfLinkKind.TRANSIT,
    "stub": OspfLinkKind.STUB,
    "virtual": OspfLinkKind.VIRTUAL,
}


def link(
    router: object, kind: str, far: object, own: object, metric: object
) -> OspfLink | None:
    """Return a link; None if that is not what these say.

    Parameters
    ----------
    kind : str
        In any platform's words.

    Examples
    --------
    >>> words = "another Router (point-to-point)"
    >>> link("10.0.0.1", words, "10.0.0.2", "10.1.0.1", "10").metric
    10
    """
    cost = number(metric, 65535)
    lower = kind[:_LONGEST_LINE].lower()
    known = next((value for word, value in _KINDS.items() if word in lower), None)
    ids = [_dotted(each) for each in (router, far, own)]
    if cost is None or known is None or not all(ids):
        return None
    return OspfLink(ids[0], known, ids[1], ids[2], cost)


def expired(age: object) -> bool:
    """Return whether an advertisement of this age is about to be taken away."""
    seconds = number(age)
    return seconds is not None and seconds >= _MAX_AGE


def facts(found: Iterable[OspfLink | None]) -> Facts:
    """Return each link once, in an order that does not depend on the router asked."""
    return Facts(ospf_links=tuple(sorted({each for each in found if each is not None})))


def screen(text: str) -> Facts:
    """Read the screen that IOS, NX-OS and EOS all have, each in its own spelling.

    Raises
    ------
    Malformed
        If this is not such a screen.
    """
    if text.strip() and "OSPF Router with ID" not in text:
        raise Malformed(f"not such a screen; it begins with {quoted(text)}")
    return facts(_links(text))


def _links(text: str) -> Iterator[OspfLink | None]:
    said: dict[str, str] = {}
    for line in text.splitlines():
        found = _LINE.match(line[:_LONGEST_LINE])
        if found is None:
            continue
        what, value = found["what"].lower(), found["rest"].rpartition(":")[2].strip()
        if what == _AWAY or (what == _AGE and _AGE in said):
            # The next advertisement: those words stand even before its age.
            said = {}
        elif what == _LINK:
            said.pop(_FAR, None)
            said.pop(_OWN, None)
        if not what.startswith("tos"):
            said[what] = value
        elif _usable(said):
            yield link(
                *(said.get(_ROUTER), said.get(_LINK, ""), said.get(_FAR)),
                *(said.get(_OWN), value),
            )


def _usable(said: Mapping[str, str]) -> bool:
    """Return whether this is an advertisement that routes are computed with."""
    age = said.get(_AGE, "")
    gone = _AWAY in said or "MAXAGE" in age or expired(age)
    return not gone and "router" in said.get(_TYPE, "").lower()


def _dotted(value: object) -> str:
    """Return a router id, address or mask, no two of them the same object twice over.

    In a database each stands many times, and in several copies of it.
    """
    if not isinstance(value, str) or len(value) > len("255.255.255.255"):
        return ""
    return sys.intern(value) if _DOTTED.fullmatch(value) else ""
