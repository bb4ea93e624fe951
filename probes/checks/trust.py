"""Whom a check trusts, and how little: settings that everything over TLS has."""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from bellrock.config.secrets import found_from

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Trust(BaseModel):
    """What certificates have to be, as part of a section.

    Attributes
    ----------
    ca_file : Path or None
        Certificates (PEM) that are trusted in place of the system's.
    server_name : str or None
        What the certificate has to be of, where that is not the target.
    verify : bool
        Whether a certificate has to be trusted at all; its end is told either way.
    least_version : str
        Of TLS: ``"1.2"`` or ``"1.3"``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca_file: Path | None = None
    server_name: str | None = None
    verify: bool = True
    least_version: Literal["1.2", "1.3"] = "1.2"

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.ca_file is None:
            return self
        path = found_from(self.ca_file)
        try:
            ssl.create_default_context(cafile=str(path))
        except ssl.SSLError:
            raise ValueError(
                f"ca_file: {path} holds no certificate; write PEM to it"
            ) from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a path"
            raise ValueError(f"ca_file: cannot read {path}: {reason}") from None
        # Settings are read once, and the folder they start from is known only then.
        object.__setattr__(self, "ca_file", path.absolute())
        return self

    def context(self, alpn: str = "") -> ssl.SSLContext:
        """Return what handshakes are made with, to agree on this protocol."""
        file = self.ca_file
        changed = 0.0 if file is None else file.stat().st_mtime
        return _context(file, changed, self.verify, self.least_version, alpn)


def lenient() -> ssl.SSLContext:
    """Return what shows any certificate, to tell of one that was not trusted."""
    return _context(None, 0.0, False, "1.2", "")


@lru_cache(maxsize=256)
def _context(
    file: Path | None, _changed: float, verify: bool, least: str, alpn: str
) -> ssl.SSLContext:
    """Make a context once for all that are alike: it reads every CA of the system."""
    made = ssl.create_default_context(cafile=None if file is None else str(file))
    made.minimum_version = _VERSIONS[least]
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if alpn:
        made.set_alpn_protocols([alpn])
    return made
