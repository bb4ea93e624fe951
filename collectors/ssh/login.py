"""Connect to a device and log in, or say in one word why not."""

import asyncio
import errno
import os
from dataclasses import dataclass

import asyncssh

from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome
from collectors.failure import Failure
from collectors.ssh.algorithms import offered
from collectors.ssh.known_hosts import KnownHosts, Trusted
from collectors.ssh.settings import SshCredentials
from collectors.ssh.text import plain

_NO_WAY_THERE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
)
_UNANSWERED_KEEPALIVES = 3


class NotConnected(Failure):
    """We are not logged in, so there is nobody to ask."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are, ready to be shown to a device."""

    credentials: SshCredentials
    keys: tuple[asyncssh.SSHKey, ...]

    @classmethod
    def of(cls, credentials: SshCredentials) -> "Login":
        """Read the private key.

        Raises
        ------
        UserError
            If it cannot be read, or not with this passphrase.
        """
        if credentials.key is None:
            return cls(credentials, ())
        whose = f"ssh: the key of {credentials.user}"
        try:
            key = asyncssh.import_private_key(credentials.key, credentials.passphrase)
        except asyncssh.KeyEncryptionError:
            raise UserError(
                f"{whose} is encrypted, and not with this passphrase",
                "set passphrase_file or passphrase_env, or correct it",
            ) from None
        except (asyncssh.KeyImportError, ValueError):
            # Their words might quote the key.
            raise UserError(
                f"{whose} cannot be read", "write it with ssh-keygen"
            ) from None
        return cls(credentials, (key,))


class _Guard(asyncssh.SSHClient):
    """Decides about a host key that is not among the trusted ones."""

    def __init__(
        self, hosts: KnownHosts, trusted: Trusted, *, accept_new: bool
    ) -> None:
        self._hosts = hosts
        self._trusted = trusted
        self._accept_new = accept_new
        self._accepted: tuple[str, int, asyncssh.SSHKey] | None = None
        self.refusal = "its host key is revoked"
        self.authenticating = False

    def validate_host_public_key(
        self, host: str, _addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Trust a new key if that was asked for; never one in place of another."""
        seen = f"{key.get_algorithm()} {key.get_fingerprint()}"
        if self._trusted.keys:
            known = ", ".join(each.get_fingerprint() for each in self._trusted.keys)
            self.refusal = (
                f"its host key is {seen}, and {known} was known; if it was replaced, "
                "take the old line out and add the new one: "
                f"{_keyscan(host, port)}"
            )
            return False
        if not self._accept_new:
            self.refusal = (
                f"its host key is not known: {seen}; compare it, then add it to "
                f"{self._hosts.own}: {_keyscan(host, port)}, or once start with "
                "--accept-new"
            )
            return False
        self._accepted = host, port, key
        return True

    def begin_auth(self, _username: str) -> None:
        """Note that from here on it is about us: the device has proved its key.

        A new one is written before it is shown who we are, whatever it says to that:
        else it would be new again the next time.
        """
        self.authenticating = True
        if self._accepted is not None:
            self._hosts.add(*self._accepted)


def _keyscan(host: str, port: int) -> str:
    return f"ssh-keyscan {host}" if port == 22 else f"ssh-keyscan -p {port} {host}"


async def connect(
    address: str,
    port: int,
    login: Login,
    hosts: KnownHosts,
    *,
    accept_new: bool,
    identify: bool,
    timeout: float,  # noqa: ASYNC109 - the device's, told as an outcome
    keepalive: float,
) -> asyncssh.SSHClientConnection:
    """Return a connection on which we are logged in.

    Parameters
    ----------
    identify : bool
        Whether to show our key or password. A device that did not want them is only
        asked whether it is still there.

    Raises
    ------
    NotConnected
        For whatever the device or the network did.
    OSError, KnownHostsError
        For what is wrong here: no descriptors left, a file that cannot be used.
    """
    extra = login.credentials.trusted
    trusted = hosts.trusted(address, port, extra)
    guard = _Guard(hosts, trusted, accept_new=accept_new)
    try:
        async with asyncio.timeout(timeout):
            return await asyncssh.connect(
                address,
                port,
                client_factory=lambda: guard,
                **_options(login, trusted, keepalive, identify=identify),
            )
    except TimeoutError:
        raise NotConnected(
            Outcome.TIMEOUT, f"not logged in within {timeout:g} s"
        ) from None
    except asyncssh.HostKeyNotVerifiable:
        raise NotConnected(Outcome.HOST_KEY, guard.refusal) from None
    except asyncssh.Error as error:
        raise _refused(error, authenticating=guard.authenticating) from None
    except ConnectionRefusedError:
        raise NotConnected(
            Outcome.REFUSED, f"nothing accepts connections at port {port}"
        ) from None
    except ConnectionError:
        raise NotConnected(Outcome.RESET, "it closed the connection") from None
    except OSError as error:
        if error.errno not in _NO_WAY_THERE:
            raise
        raise NotConnected(Outcome.UNREACHABLE, os.strerror(error.errno)) from None


def _options(
    login: Login, trusted: Trusted, keepalive: float, *, identify: bool
) -> dict[str, object]:
    """Return everything the library would else take from elsewhere."""
    credentials = login.credentials
    algorithms = offered(legacy=credentials.legacy)
    known = [
        name.decode("ascii") for key in trusted.keys for name in key.sig_algorithms
    ]
    # The kinds of key it is known by first: a device with several is to show that one.
    host_keys = algorithms["server_host_key_algs"]
    host_keys.sort(key=lambda name: name not in known)
    keys = login.keys if identify else ()
    password = credentials.password if identify else None
    agent = os.environ.get("SSH_AUTH_SOCK") if credentials.agent and identify else None
    methods = ["publickey"] if keys or agent else []
    if password is not None:
        methods += ["keyboard-interactive", "password"]
    return {
        **algorithms,
        "config": None,
        "known_hosts": lambda *_: (list(trusted.keys), [], list(trusted.revoked)),
        "username": credentials.user,
        "client_keys": list(keys) or None,
        "password": password,
        "agent_path": agent,
        "agent_forwarding": False,
        "x11_forwarding": False,
        "client_host_keysign": False,
        "gss_host": None,
        "gss_kex": False,
        "gss_auth": False,
        "preferred_auth": methods,
        "compression_algs": ["none"],
        "tcp_keepalive": True,
        "keepalive_interval": keepalive,
        "keepalive_count_max": _UNANSWERED_KEEPALIVES,
    }


def _refused(error: asyncssh.Error, *, authenticating: bool) -> NotConnected:
    """Return what an error while connecting says of the device."""
    said = plain(error.reason)
    if isinstance(error, asyncssh.ConnectionLost):
        return NotConnected(Outcome.RESET, "it closed the connection")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return NotConnected(
            Outcome.UNSUPPORTED,
            f"no algorithm in common: {said}; set legacy in its credentials if it has "
            "nothing newer",
        )
    if isinstance(error, asyncssh.PermissionDenied) or authenticating:
        # Devices also say "too many failures" as if the protocol was broken.
        return NotConnected(Outcome.AUTH, f"it does not let us in: {said}")
    if isinstance(error, asyncssh.ProtocolNotSupported | asyncssh.ServiceNotAvailable):
        return NotConnected(Outcome.UNSUPPORTED, said)
    if isinstance(
        error, asyncssh.ProtocolError | asyncssh.MACError | asyncssh.CompressionError
    ):
        return NotConnected(Outcome.MALFORMED, f"not what SSH allows: {said}")
    return NotConnected(Outcome.RESET, f"it hung up: {said}")
