"""Headers that an HTTP check sends: plain ones, and those that are a secret."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, SecretStr, model_validator

from bellrock.config.secrets import read_secret

_PERHAPS_SECRET = re.compile(r"auth|cookie|token|secret|key|pass", re.IGNORECASE)
_OURS = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
# What h11 takes, or it would repeat what it refuses: it may be a secret.
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\x20-\x7e\t]{0,4094}[\x21-\x7e])?)?")


class SecretHeader(BaseModel):
    """A header whose value is read from a file or from the environment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value_file: Path | None = None
    value_env: str | None = None
    _value: SecretStr = PrivateAttr()

    @model_validator(mode="after")
    def _read(self) -> Self:
        self._value = read_secret(self.value_file, self.value_env, what="value")
        if not _VALUE.fullmatch(self.value):
            raise ValueError(
                "not a header's value; it has to be one line of ASCII, without space "
                "at its ends"
            )
        return self

    @property
    def value(self) -> str:
        """The secret."""
        return self._value.get_secret_value()


def check_names(names: Iterable[str], key: str) -> None:
    """Refuse names that are none, or that are ours to send.

    Raises
    ------
    ValueError
        For the first of them.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{key}: not the name of a header; write it as X-Name")
        if name.lower() in _OURS:
            raise ValueError(f"{key}: {name} follows from the request; leave it out")


def check_plain(headers: dict[str, str]) -> None:
    """Refuse values that may be secrets, or are none at all.

    Raises
    ------
    ValueError
        For the first of them; never with the value.
    """
    for name, value in headers.items():
        if _PERHAPS_SECRET.search(name):
            raise ValueError(
                f"headers: the value of {name} may be a secret, which is never written "
                "in this file; use secret_headers with value_file or value_env"
            )
        if not _VALUE.fullmatch(value):
            raise ValueError(
                f"headers: the value of {name} is not one line of ASCII, without "
                "space at its ends"
            )
