"""Web addresses of HTTP checks: what may be asked, and where a redirect leads."""

from typing import Self
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict

from bellrock.model.observation import Outcome
from probes.checks.attempt import printable
from probes.failure import FailedError

PORTS = {"http": 80, "https": 443}
_LONGEST = 4096
_HOW = "write it as https://portal.example/health"


class Url(BaseModel):
    """A web address in its parts; the path has the query with it."""

    model_config = ConfigDict(frozen=True)

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, target: str) -> Self:
        """Read a web address; a host alone is asked over HTTPS.

        Raises
        ------
        ValueError
            If it is none, or holds what may be a secret.
        """
        text = target if "://" in target else f"https://{_bracketed(target)}/"
        if len(text) > _LONGEST or not text.isprintable() or " " in text:
            raise ValueError(f"not a web address; {_HOW}")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise ValueError(f"not a web address; {_HOW}") from None
        if parts.scheme not in PORTS or not parts.hostname or port == 0:
            raise ValueError(f"not a web address; {_HOW}")
        if "@" in parts.netloc:
            raise ValueError(
                "holds a user or a password; use secret_headers with Authorization"
            )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=port or PORTS[parts.scheme],
            path=path,
        )

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whom secrets that are meant for this address may be told."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The value of the Host header (RFC 9110, section 7.2)."""
        host = _bracketed(_ascii(self.host))
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> bytes:
        """The request target (RFC 9112, section 3.2.1), in ASCII."""
        quoted = (c if c.isascii() else _quoted(c) for c in self.path)
        return "".join(quoted).encode("ascii")

    def __str__(self) -> str:
        """Write it again."""
        return f"{self.scheme}://{self.authority}{self.path}"

    def next(self, location: str) -> "Url":
        """Return where a redirect from here leads.

        Raises
        ------
        FailedError
            If that is no web address, or one that gives up encryption.
        """
        try:
            joined = urljoin(str(self), location)
            if "://" not in joined:
                # Not a host alone, as of a target: it is mailto: or the like.
                raise ValueError
            found = Url.of(joined)
        except ValueError:
            shown = printable(location)
            raise FailedError(
                Outcome.MALFORMED, f"redirected to {shown!r}: not a web address"
            ) from None
        if (self.scheme, found.scheme) == ("https", "http"):
            raise FailedError(
                Outcome.MISMATCH, f"redirected from https to {printable(str(found))}"
            )
        return found


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        raise FailedError(Outcome.MALFORMED, "not a host name") from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


def _quoted(character: str) -> str:
    return "".join(f"%{octet:02X}" for octet in character.encode("utf-8", "replace"))
