"""The words of OSPF (RFC 2328) and BGP (RFC 4271), as every platform spells them."""

import re

from bellrock.model.neighbourhood import Neighbour, Protocol
from bellrock.model.status import Status
from collectors.ssh.reader import Document, address, number
from collectors.ssh.text import plain

_NOT_A_WORD = re.compile("[^a-z0-9]+")
_TWO_WAY = frozenset({"2way", "2ways", "twoway"})
_NO_DESIGNATED_ROUTER = frozenset({"drother", "other", "drotherbdrother"})


def ospf_state(state: str, role: str = "") -> tuple[Status, str]:
    """Return whether a neighbour in this state is up, and the state's own word.

    Parameters
    ----------
    role : str
        The neighbour's, where its network has designated routers.

    Examples
    --------
    >>> ospf_state("2-Way", "DROther")
    (<Status.UP: 'up'>, 'two_way')
    >>> ospf_state("ExStart/DR")
    (<Status.DOWN: 'down'>, 'exstart')
    """
    word, _, beside = state.partition("/")
    short = _word(word)
    if short in _TWO_WAY:
        # Two routers of which neither is designated go no further (section 10.4).
        settled = _word(role or beside) in _NO_DESIGNATED_ROUTER
        return (Status.UP if settled else Status.DOWN), "two_way"
    return (Status.UP if short == "full" else Status.DOWN), short


def ospf_neighbour(
    router: str, state: str, *, interface: str, at: object, metric: int | None = None
) -> Neighbour:
    """Return a neighbour whose state is written ``Full/DR``.

    Parameters
    ----------
    at : object
        Its address, whatever that turns out to be.
    """
    status, shown = ospf_state(state)
    found = address(at)
    return Neighbour(
        Protocol.OSPF,
        router,
        interface,
        status,
        shown,
        addresses=(found,) if found else (),
        metric=metric,
    )


def bgp_neighbour(peer: str, state: str, remote_as: object) -> Neighbour:
    """Return a peer; `state` is a state's name in any spelling.

    Examples
    --------
    >>> bgp_neighbour("192.0.2.1", "Idle (Admin)", "65001").state
    'idle'
    """
    short = _word(state.split("(")[0])
    found = address(peer)
    return Neighbour(
        Protocol.BGP,
        found or peer,
        status=Status.UP if short == "established" else Status.DOWN,
        state=short,
        addresses=(found,) if found else (),
        remote_as=as_number(remote_as),
    )


def as_number(value: object) -> int | None:
    """Return an AS number, also if it is written with a dot (RFC 5396).

    Examples
    --------
    >>> as_number("64512"), as_number("1.10"), as_number(65001), as_number("none")
    (64512, 65546, 65001, None)
    """
    if isinstance(value, str) and "." in value:
        high, low = (number(half, 65535) for half in value.split(".", 1))
        return None if high is None or low is None else high * 65536 + low
    return number(value)


def costs(interfaces: Document, key: str = "cost") -> dict[str, int]:
    """Return what each interface costs, by its name."""
    found = {
        plain(name): number(each.get(key), 65535)
        for name, each in interfaces.items()
        if isinstance(each, dict)
    }
    return {name: cost for name, cost in found.items() if cost is not None}


def _word(text: str) -> str:
    return _NOT_A_WORD.sub("", text[:40].lower())
