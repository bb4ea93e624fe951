"""The last inventories read, validated and resolved, as JSON.

Reading a national network takes seconds; the same files again should not. A cache
file can only ever be data, is written for its owner alone, and is ignored unless it
is whole: losing the folder costs time, nothing else.
"""

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from bellrock.document import Problem
from bellrock.model import inventory as model
from bellrock.model import reliability

VERSION = 1
"""To be raised when the same files come to mean something else."""

_KEPT = 16
_SHAPES = (
    model.Organisation,
    model.Supplier,
    model.Site,
    model.Device,
    model.End,
    model.Link,
    model.RiskGroup,
    model.Service,
    model.Demand,
    reliability.Repair,
    reliability.Reliability,
    reliability.Targets,
    model.Inventory,
    Problem,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """An inventory without errors, and what is doubtful in it."""

    inventory: model.Inventory
    warnings: tuple[Problem, ...]


def key(parts: Iterable[bytes]) -> str:
    """Return the name under which what was made of `parts` is kept."""
    shape = ";".join(
        f"{each.__name__}.{field.name}:{field.type}"
        for each in _SHAPES
        for field in fields(each)
    )
    digest = hashlib.sha256()
    for part in (f"{VERSION} {shape}".encode(), *parts):
        digest.update(f"{len(part)}:".encode())
        digest.update(part)
    return digest.hexdigest()


def default_folder() -> Path | None:
    """Return the user's cache folder for us; None where there is no home."""
    configured = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if configured.is_absolute():
        return configured / "bellrock"
    try:
        return Path.home() / ".cache" / "bellrock"
    except RuntimeError:
        return None


def fetch(folder: Path, name: str) -> Loaded | None:
    """Return what was stored under `name`; None if nothing whole was."""
    try:
        if not _private(folder):
            return None
        content = _file(folder, name).read_bytes()
    except OSError:
        return None
    digest, _, body = content.partition(b"\n")
    if digest != _digest(body):
        return None
    try:
        return _adapter().validate_json(body)
    except ValidationError:
        return None


def store(folder: Path, name: str, loaded: Loaded) -> None:
    """Keep `loaded` under `name` if the folder allows it, and drop the oldest."""
    try:
        body = _adapter().dump_json(loaded)
    except PydanticSerializationError:
        # A file name that is no UTF-8 cannot stand in JSON.
        return
    temporary: str | None = None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(folder):
            return
        # mkstemp opens for the owner alone.
        descriptor, temporary = tempfile.mkstemp(prefix=".inventory-", dir=folder)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(_digest(body) + b"\n" + body)
        os.replace(temporary, _file(folder, name))
        temporary = None
        _drop_oldest(folder)
    except OSError:
        return
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _file(folder: Path, name: str) -> Path:
    return folder / f"inventory-{name}.json"


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _private(folder: Path) -> bool:
    """Tell whether nobody else could have put something into `folder`."""
    status = folder.stat()
    others_write = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return status.st_uid == os.geteuid() and not others_write


def _drop_oldest(folder: Path) -> None:
    kept = sorted(
        folder.glob("inventory-*.json"),
        key=lambda file: file.stat().st_mtime_ns,
        reverse=True,
    )
    for file in kept[_KEPT:]:
        file.unlink(missing_ok=True)


@cache
def _adapter() -> TypeAdapter[Loaded]:
    return TypeAdapter(Loaded)
