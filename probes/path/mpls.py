"""MPLS labels that routers add to an ICMP error (RFC 4884, RFC 4950)."""

import struct

_VERSION = 2
_LABEL_STACK = (1, 1)
_HEADER = 4
_ENTRY = struct.Struct("!I")
_MOST_LABELS = 16


def labels(extension: bytes) -> tuple[int, ...]:
    """Read the label stack of an ICMP extension structure, outermost label first.

    Whatever is no such structure, or is cut short, yields what came whole before it:
    nobody vouches for these bytes.

    Examples
    --------
    >>> labels(bytes.fromhex("2000dfa6 00080101 000181ff"))
    (24,)
    >>> labels(b"anything else")
    ()
    """
    if len(extension) < _HEADER or extension[0] >> 4 != _VERSION:
        return ()
    at = _HEADER
    while at + _HEADER <= len(extension):
        length, *kind = struct.unpack_from("!HBB", extension, at)
        if length < _HEADER:
            return ()
        if tuple(kind) == _LABEL_STACK:
            return _stack(extension[at + _HEADER : at + length])
        at += length
    return ()


def _stack(entries: bytes) -> tuple[int, ...]:
    whole = min(len(entries) // _ENTRY.size, _MOST_LABELS) * _ENTRY.size
    return tuple(entry >> 12 for (entry,) in _ENTRY.iter_unpack(entries[:whole]))
