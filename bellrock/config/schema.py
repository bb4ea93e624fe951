"""The parts of the settings that belong to no trade."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from bellrock.config.duration import Seconds
from bellrock.document.schema import Line, Section

_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_HOW = "write host:port, [IPv6]:port, or 0.0.0.0:port for every address"


@dataclass(frozen=True, slots=True)
class Listen:
    """Where our own pages are served; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 9477

    def __str__(self) -> str:
        """Write it as the settings do."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_listen(value: object) -> Listen:
    """Turn ``host:port`` into its parts.

    Raises
    ------
    ValueError
        If it is no host, or no port from 0 to 65535.

    Examples
    --------
    >>> parse_listen("[::1]:9477")
    Listen(host='::1', port=9477)
    """
    if not isinstance(value, str):
        raise ValueError(f"not an address to listen on; {_HOW}")
    host, _, port = value.rpartition(":")
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError(f"no port from 0 to 65535 at the end; {_HOW}")
    if host.startswith("[") and host.endswith("]"):
        try:
            return Listen(str(ipaddress.IPv6Address(host[1:-1])), int(port))
        except ValueError:
            raise ValueError(f"not an IPv6 address in the brackets; {_HOW}") from None
    if _HOST_NAME.fullmatch(host) is None:
        raise ValueError(f"not an address to listen on; {_HOW}")
    return Listen(host, int(port))


def _url(text: str) -> str:
    how = "write it as http://127.0.0.1:9090"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"not a web address; {how}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError(f"not a web address; {how}")
    if "@" in parts.netloc:
        raise ValueError(f"a secret is never written in this file; {how}")
    if parts.query or parts.fragment:
        raise ValueError(f"more than an address: leave out ? and #; {how}")
    return text.rstrip("/")


class Prometheus(Section):
    """The ``prometheus`` section: where state is read back from."""

    url: Annotated[Line, AfterValidator(_url)] = Field(
        description="its address, such as http://127.0.0.1:9090"
    )


class Analysis(Section):
    """The ``analysis`` section: how eagerly the topology is analysed anew.

    Attributes
    ----------
    debounce : float
        Seconds to wait for further changes before an analysis begins.
    """

    debounce: Seconds = 1.0


class Own(Section):
    """The keys of ``bellrock.yaml`` that are not sections of the trades."""

    inventory: Line | None = None
    listen: Annotated[Listen, BeforeValidator(parse_listen)] = Listen()
    prometheus: Prometheus | None = None
    analysis: Analysis = Analysis()
