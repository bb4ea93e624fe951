"""Every format that is read, and every one that is written."""

from collections.abc import Callable, Mapping

from bellrock.inventory.exchange import (
    csvfolder,
    dot,
    gml,
    graphml,
    netbox,
    repetita,
    rfc8345,
    sndlib,
    topohub,
)
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.records import Records, Wishes
from bellrock.model.inventory import Inventory

Reader = Callable[[str, Findings, Wishes], Records]
"""Reads a source, a path or an address, into records."""

Writer = Callable[[Inventory], str]
"""Returns a file's text."""

READERS: Mapping[str, Reader] = {
    "csv": csvfolder.read,
    "gml": gml.read,
    "graphml": graphml.read,
    "netbox": netbox.read,
    "repetita": repetita.read,
    "rfc8345": rfc8345.read,
    "sndlib": sndlib.read,
    "topohub": topohub.read,
}

WRITERS: Mapping[str, Writer] = {
    "dot": dot.write,
    "graphml": graphml.write,
    "rfc8345": rfc8345.write,
}
"""Formats of one file; ``csv`` is a folder, by :func:`csvfolder.write`."""
