"""One entry of the settings' ``checks``: a service, and how it is asked."""

import ipaddress
import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bellrock.config.duration import Seconds
from bellrock.model.check import Family
from probes.checks.attempt import Call
from probes.checks.dns import DnsCheck
from probes.checks.http import HttpCheck
from probes.checks.ntp import NtpCheck
from probes.checks.tcp import TcpCheck
from probes.checks.tls import TlsCheck
from probes.checks.url import Url

KINDS = ("tcp", "tls", "http", "dns", "ntp")
"""What can be spoken: a section of an entry each."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_HOST = re.compile(r"[^\s/@:\[\]?#]{1,253}")


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(
            "not an id; write up to 100 of a-z, 0-9 and ._-, such as council-portal"
        )
    return text


_Id = Annotated[str, AfterValidator(_id)]


class Check(BaseModel):
    """One entry.

    Attributes
    ----------
    name : str
        Its own, among checks.
    service : str
        Id of the service in the inventory that it is of.
    target : str
        Host name or address; of HTTP a web address.
    interval, deadline : float
        Seconds between two runs; for one over one address family.
    families : tuple of Family
        Address families that have to work. If none are named those the target's name
        has are asked, and one that it lacks is no failure.
    tcp, tls, http, dns, ntp
        Exactly one of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Id
    service: _Id
    target: str = Field(min_length=1, max_length=4096)
    interval: Annotated[Seconds, Field(ge=1, le=86_400)] = 60.0
    deadline: Annotated[Seconds, Field(ge=0.01, le=60)] = 10.0
    families: tuple[Family, ...] = Field(default=(), max_length=2)
    tcp: TcpCheck | None = None
    tls: TlsCheck | None = None
    http: HttpCheck | None = None
    dns: DnsCheck | None = None
    ntp: NtpCheck | None = None

    @model_validator(mode="before")
    @classmethod
    def _mentioned(cls, given: object) -> object:
        """Take ``http:`` with nothing after it for all its defaults."""
        if not isinstance(given, dict):
            return given
        return {
            key: {} if key in KINDS and value is None else value
            for key, value in given.items()
        }

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        spoken = [kind for kind in KINDS if getattr(self, kind) is not None]
        if not spoken:
            raise ValueError(f"nothing to ask; add one of {', '.join(KINDS)}")
        if len(spoken) > 1:
            raise ValueError(
                f"{' and '.join(spoken)} in one check; give each a check of its own"
            )
        if Family.NONE in self.families:
            raise ValueError("families: none is no address family; use ipv4 or ipv6")
        if self.http is not None:
            try:
                Url.of(self.target)
            except ValueError as error:
                raise ValueError(f"target: {error}") from None
        elif not _is_host(self.target):
            raise ValueError(
                f"target: not a host name or address; the port is in {self.kind}: "
                "{port: ..}"
            )
        return self

    @property
    def kind(self) -> str:
        """The one that is spoken."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def call(self) -> Call:
        """What asks."""
        call: Call = getattr(self, self.kind)
        return call

    @property
    def host(self) -> str:
        """The name to look up, or an address."""
        return self.target if self.http is None else Url.of(self.target).host


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return bool(_HOST.fullmatch(text)) and text.isprintable()
    return True
