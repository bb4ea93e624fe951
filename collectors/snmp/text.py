"""Text as devices send it: any octets at all, made fit to be a label or a line."""

from functools import lru_cache

from collectors.snmp.table import Cell
from collectors.snmp.values import OctetString

_LONGEST = 255  # DisplayString, RFC 2579


@lru_cache(maxsize=1024, typed=True)
def plain(value: Cell) -> str:
    r"""Return printable text on one line, at most 255 characters; "" if it is none.

    Examples
    --------
    >>> plain(OctetString(b"Cisco IOS\r\nVersion 15\x00"))
    'Cisco IOS Version 15'
    """
    if not isinstance(value, OctetString):
        return ""
    words = value.decode("utf-8", "replace").replace("\0", "").split()
    text = " ".join(words)[:_LONGEST]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
