"""The secret of authenticated mode, as both ends' settings name it."""

from pathlib import Path
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)

from bellrock.config.secrets import found_from, read_secret
from probes.stamp.packet import UNSIGNED, Mode, Signed

SHORTEST_KEY = 16


class Keyed(BaseModel):
    """A pair of keys of which one may say where the secret is.

    Attributes
    ----------
    key_file : Path or None
        A file that holds it alone; with a key every packet is authenticated (RFC 8762,
        section 4.4), and what is not is never believed.
    key_env : str or None
        Name of an environment variable that holds it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_file: Path | None = None
    key_env: str | None = None
    _key: SecretStr | None = PrivateAttr(default=None)

    @field_validator("key_file")
    @classmethod
    def _place(cls, file: Path | None) -> Path | None:
        # Read again from elsewhere (`bellrock probe`), it has to be the same file.
        return None if file is None else found_from(file).absolute()

    @model_validator(mode="after")
    def _read_key(self) -> Self:
        if self.key_file is None and self.key_env is None:
            return self
        self._key = read_secret(self.key_file, self.key_env, what="key")
        if len(self._key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(
                f"the key is too short; it needs at least {SHORTEST_KEY} characters, "
                "as many as the HMAC it makes"
            )
        return self

    def mode(self) -> Mode:
        """Return how packets are laid out and signed."""
        if self._key is None:
            return UNSIGNED
        return Signed(self._key.get_secret_value().encode())
