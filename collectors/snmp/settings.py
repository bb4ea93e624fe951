"""The settings' ``snmp:`` section (credentials) and ``collectors: snmp:`` section.

Secrets are read while the settings are, so that a missing file is reported with the
other problems of the settings and not by the first poll.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    model_validator,
)

from bellrock.config.duration import Seconds, parse
from bellrock.config.secrets import read_secret
from collectors.snmp.quirks import NONE, Quirks

_SHORTEST_PASSWORD = 8


def _plain_version(value: object) -> object:
    """Let people quote the 1 and the 3, as they would the 2c."""
    return {"1": 1, "3": 3}.get(value, value) if isinstance(value, str) else value


class _Password(BaseModel):
    """A pair of keys of which one says where the password is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    password_file: Path | None = None
    password_env: str | None = None
    _password: SecretStr = PrivateAttr()

    @model_validator(mode="after")
    def _read(self) -> Self:
        self._password = read_secret(
            self.password_file, self.password_env, what="password"
        )
        if len(self.password) < _SHORTEST_PASSWORD:
            raise ValueError(
                "the password is too short; SNMPv3 passwords have at least "
                f"{_SHORTEST_PASSWORD} characters (RFC 3414, section 11.2)"
            )
        return self

    @property
    def password(self) -> bytes:
        """The password as octets."""
        return self._password.get_secret_value().encode()


class SnmpAuth(_Password):
    """``auth:`` of a version 3 entry: how requests are signed."""

    protocol: Literal["sha512", "sha384", "sha256", "sha224", "sha", "md5"]


class SnmpPrivacy(_Password):
    """``privacy:`` of a version 3 entry: how they are encrypted.

    AES with 192 or 256 bits is no standard: with a hash shorter than its key, Cisco
    and those who follow it make the key in another way than the rest.
    """

    protocol: Literal[
        "aes256", "aes192", "aes128", "aes256-cisco", "aes192-cisco", "des"
    ]


class SnmpCredentials(BaseModel):
    """One entry of the ``snmp:`` section: who we are to the devices that name it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[Literal[1, "2c", 3], BeforeValidator(_plain_version)]
    community_file: Path | None = None
    community_env: str | None = None
    user: str | None = Field(default=None, min_length=1, max_length=32)
    auth: SnmpAuth | None = None
    privacy: SnmpPrivacy | None = None
    quirks: Quirks = NONE
    _community: SecretStr = PrivateAttr(default=SecretStr(""))

    @model_validator(mode="after")
    def _fits_version(self) -> Self:
        if self.version != 3:
            for key in ("user", "auth", "privacy"):
                if getattr(self, key) is not None:
                    raise ValueError(f"{key} belongs to version 3; leave it out")
            self._community = read_secret(
                self.community_file, self.community_env, what="community"
            )
            return self
        for key in ("community_file", "community_env"):
            if getattr(self, key) is not None:
                raise ValueError(f"{key} belongs to versions 1 and 2c; leave it out")
        if self.user is None:
            raise ValueError("version 3 needs a user")
        if self.privacy is not None and self.auth is None:
            raise ValueError("privacy needs auth: SNMPv3 encrypts only what it signs")
        return self

    @property
    def community(self) -> bytes:
        """The community as octets; empty in version 3."""
        return self._community.get_secret_value().encode()


def _every(value: object) -> object:
    if isinstance(value, str) and value in _EVERY_WORDS:
        return _EVERY_WORDS[value]
    try:
        return parse(value)
    except ValueError as error:
        raise ValueError(f"{error}; or poll, or off") from None


_EVERY_WORDS = {"off": None, "poll": 0.0}

Every = Annotated[float | None, BeforeValidator(_every)]
"""Seconds between two readings: ``poll`` for each poll, ``off`` for never (None)."""


class PlanSettings(BaseModel):
    """``plans:`` of the same section: how often each is read; see docs/collectors.md.

    What is to be read more often than ``interval`` is read with every poll.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    addresses: Every = 300.0
    ospf: Every = 0.0
    ospfv3: Every = 0.0
    bgp: Every = 0.0
    lldp: Every = 60.0
    cdp: Every = 60.0
    resources: Every = 60.0
    ethernet: Every = 300.0
    sensors: Every = 120.0
    ups: Every = 60.0

    def wanted(self) -> dict[str, float]:
        """Return the seconds between two readings of each plan that is not off."""
        return {name: every for name, every in self if every is not None}


NO_PLANS = PlanSettings.model_validate(dict.fromkeys(PlanSettings.model_fields, "off"))
"""Interfaces and the system group alone."""


class SnmpSettings(BaseModel):
    """The ``snmp:`` section of ``collectors:``.

    Attributes
    ----------
    interval : float
        Seconds from one poll of a device to the next. A poll is given up when the
        device has taken longer, so one that answers a row at a time holds nobody up;
        what it waits for its turn under the limits below does not count.
    timeout : float
        Seconds to wait for the first answer; twice as long after each retry.
    retries : int
        How often a request is repeated before the device counts as silent.
    concurrency : int
        Devices asked at once. One that has to be asked again no longer counts:
        silent devices hold nobody up either.
    packet_rate : int
        Requests sent in a second at most, over all devices, repeats included: what a
        firewall on the way, or a slow line out of here, can bear.
    max_rows : int
        Interfaces of one device beyond which its table is taken for endless; rows of
        all the tables that a plan reads together too.
    plans : PlanSettings
        What else is read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    interval: Seconds = 60.0
    timeout: Seconds = 2.0
    retries: int = Field(default=2, ge=0, le=10)
    concurrency: int = Field(default=200, ge=1, le=10_000)
    packet_rate: int = Field(default=10_000, ge=1, le=1_000_000)
    max_rows: int = Field(default=10_000, ge=1)
    plans: PlanSettings = PlanSettings()
