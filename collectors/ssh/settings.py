"""The settings' ``ssh:`` section (credentials) and ``collectors: ssh:`` section.

Read with every settings file, so nothing here imports an SSH library.
"""

from pathlib import Path
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    model_validator,
)

from bellrock.config.duration import Seconds
from bellrock.config.secrets import found_from, read_secret
from bellrock.document.schema import Line
from bellrock.model.inventory import Device

PLATFORM_NAMES = ("eos", "frr", "ios", "junos", "linux", "nxos")
"""What an inventory's ``platform`` may be; the table is :mod:`.platforms.table`."""

_PRIVATE_KEY = "PRIVATE KEY-----"


class SshCredentials(BaseModel):
    """One entry of the ``ssh:`` section: who we are to the devices that name it.

    Attributes
    ----------
    agent : bool
        Let the agent at ``SSH_AUTH_SOCK`` prove who we are; it is never forwarded.
    known_hosts : Path or None
        More host keys to trust, beside those in Bellrock's own file; only read.
    legacy : bool
        Also offer algorithms that are broken or nearly so (SHA-1, CBC, short groups),
        for devices that have nothing newer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: Line = Field(min_length=1, max_length=255)
    key_file: Path | None = None
    key_env: str | None = None
    passphrase_file: Path | None = None
    passphrase_env: str | None = None
    password_file: Path | None = None
    password_env: str | None = None
    agent: bool = False
    known_hosts: Path | None = None
    legacy: bool = False
    _key: SecretStr | None = PrivateAttr(default=None)
    _passphrase: SecretStr | None = PrivateAttr(default=None)
    _password: SecretStr | None = PrivateAttr(default=None)
    _known_hosts: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _read(self) -> Self:
        self._key = self._secret("key")
        self._passphrase = self._secret("passphrase")
        self._password = self._secret("password")
        if self._key is None and self._password is None and not self.agent:
            raise ValueError(
                "no way to log in; set key_file, password_file, password_env or agent"
            )
        if self._key is None and self._passphrase is not None:
            raise ValueError("a passphrase without a key; set key_file")
        if self._key is not None and _PRIVATE_KEY not in self._key.get_secret_value():
            raise ValueError(
                "key_file: not a private key; name the file that ssh-keygen wrote "
                "without .pub"
            )
        if self.known_hosts is not None:
            self._known_hosts = found_from(self.known_hosts)
            if not self._known_hosts.is_file():
                raise ValueError(f"known_hosts: there is no file {self._known_hosts}")
        return self

    def _secret(self, what: str) -> SecretStr | None:
        file, env = getattr(self, f"{what}_file"), getattr(self, f"{what}_env")
        if file is None and env is None:
            return None
        return read_secret(file, env, what=what)

    @property
    def key(self) -> str | None:
        """The private key, as OpenSSH or PEM text."""
        return _revealed(self._key)

    @property
    def passphrase(self) -> str | None:
        """What the private key is encrypted with."""
        return _revealed(self._passphrase)

    @property
    def password(self) -> str | None:
        """The user's password."""
        return _revealed(self._password)

    @property
    def trusted(self) -> Path | None:
        """Where `known_hosts` leads."""
        return self._known_hosts


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


class SshSettings(BaseModel):
    """The ``ssh:`` section of ``collectors:``.

    Attributes
    ----------
    interval : float
        Seconds from one poll of a device to the next. A poll that takes longer is
        given up.
    timeout : float
        Seconds to connect and log in.
    command_timeout : float
        Seconds until the last line of a command's output.
    concurrency : int
        Devices talked to at once. Those that did not answer last time have as many
        places of their own, so that they hold nobody up.
    connections : int
        Connections kept open between polls. Devices beyond that are connected to
        anew each time.
    keepalive : float
        Seconds without a word after which an open connection is tried.
    output_limit : int
        Octets of one command's output after which it is taken for endless.
    ospf_database : tuple of str
        Ids, or addresses, of the devices whose OSPF database is read. All routers of
        an area have the same: one of each is enough, a second outlasts its failure.
    ospf_database_interval : float
        Seconds from one reading of a database to the next.
    known_hosts : Path
        Bellrock's own file of host keys, in OpenSSH's format, found from the settings
        file's folder. The only one that ``--accept-new`` writes to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    interval: Seconds = 300.0
    timeout: Seconds = 10.0
    command_timeout: Seconds = 30.0
    concurrency: int = Field(default=20, ge=1, le=1000)
    connections: int = Field(default=500, ge=0, le=100_000)
    keepalive: Seconds = 60.0
    output_limit: int = Field(default=16_000_000, ge=100_000, le=1_000_000_000)
    ospf_database: tuple[str, ...] = Field(default=(), max_length=1000)
    ospf_database_interval: Seconds = 3600.0
    known_hosts: Path = Path("known_hosts")
    _own: Path = PrivateAttr()

    @model_validator(mode="after")
    def _find(self) -> Self:
        self._own = found_from(self.known_hosts)
        return self

    def reads_database(self, device: Device) -> bool:
        """Return whether OSPF's database is to be read from `device`."""
        return not {device.id, device.address}.isdisjoint(self.ospf_database)

    @property
    def own_known_hosts(self) -> Path:
        """Where `known_hosts` leads."""
        return self._own
