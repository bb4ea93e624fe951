"""Read what a command wrote, whatever that is: a parser's values, or Malformed.

Devices send any JSON at all; each helper takes what it can use and nothing else.
"""

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from collectors.ssh.text import plain, quoted

Document = Mapping[str, object]

_MAC = re.compile(r"[0-9A-Fa-f]{1,4}(?:[.:-][0-9A-Fa-f]{1,4}){2,5}")
_NUMBER = re.compile(r"-?[0-9]{1,20}")
_REAL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")


class Malformed(Exception):  # noqa: N818 - the device's doing, as an outcome
    """Not what this command writes."""


def document(text: str) -> Document:
    """Return a JSON object.

    Raises
    ------
    Malformed
        If `text` is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed(f"not JSON; it begins with {quoted(text)}") from None
    return mapping(found)


def listing(text: str) -> list[Document]:
    """Return the objects of a JSON list.

    Raises
    ------
    Malformed
        If `text` is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed(f"not JSON; it begins with {quoted(text)}") from None
    if not isinstance(found, list):
        raise Malformed("no list where one is expected")
    return [mapping(each) for each in found]


def mapping(value: object) -> Document:
    """Return `value` if it is an object.

    Raises
    ------
    Malformed
        If it is not.
    """
    if not isinstance(value, dict):
        raise Malformed(f"{type(value).__name__} where an object is expected")
    return value


def inside(parent: Document, *keys: str) -> Document:
    """Return an object deep inside; an empty one where there is nothing.

    Raises
    ------
    Malformed
        If something else is there.
    """
    here = parent
    for key in keys:
        here = mapping(here.get(key) or {})
    return here


def named(parent: Document) -> Iterator[tuple[str, Document]]:
    """Yield each object of an object, and its name.

    Raises
    ------
    Malformed
        If something else is among them.
    """
    for key, value in parent.items():
        yield plain(key), mapping(value)


def several(parent: Document, key: str) -> list[Document]:
    """Return the objects of a list, or the only one where that stands alone.

    Raises
    ------
    Malformed
        If something else is there.
    """
    value = parent.get(key)
    if value is None or value == "":
        return []
    return [mapping(each) for each in (value if isinstance(value, list) else [value])]


def word(parent: Document, *keys: str) -> str:
    """Return the text under the first of `keys` that has any, fit to be a label."""
    for key in keys:
        value = parent.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        found = plain(value)
        if found:
            return found
    return ""


def number(value: object, largest: int = 2**32 - 1) -> int | None:
    """Return a whole number from 0 to `largest`, also if it is written as text."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= largest else None


def real(value: object) -> float | None:
    """Return a number of any everyday size, also if it is written as text."""
    if isinstance(value, str) and _REAL.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e9 else None


@lru_cache(maxsize=4096)
def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def address(value: object) -> str:
    """Return an IP address as it is usually written; "" if it is none.

    Examples
    --------
    >>> address("2001:DB8:0::1"), address("not advertised")
    ('2001:db8::1', '')
    """
    if not isinstance(value, str) or len(value) > 45:
        return ""
    return _address(value.strip().partition("%")[0])


def mac(text: str) -> str:
    """Return a MAC address with colons; anything else as it is.

    Examples
    --------
    >>> mac("0200.5e00.0001"), mac("02-00-5E-00-00-01"), mac("core1")
    ('02:00:5e:00:00:01', '02:00:5e:00:00:01', 'core1')
    """
    if _MAC.fullmatch(text) is None:
        return text
    groups = re.split("[.:-]", text.lower())
    width = 12 // len(groups) if 12 % len(groups) == 0 else 0
    digits = "".join(group.zfill(width) for group in groups)
    if len(digits) != 12:
        return text
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))
