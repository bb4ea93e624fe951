"""From a file, or a folder of files, to one inventory that can be relied on."""

import gc
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from bellrock.document import (
    Document,
    InvalidDocumentError,
    Problem,
    explain,
    parse,
)
from bellrock.document.reader import content
from bellrock.inventory import cache as caching
from bellrock.inventory import references, wiring
from bellrock.inventory.build import build
from bellrock.inventory.cache import Loaded
from bellrock.inventory.doubts import doubts
from bellrock.inventory.schema import FileEntry

_Known = Mapping[str, Collection[str] | None]
"""By a device's key, the names that may stand there; None leaves it unchecked."""


def load(
    path: Path,
    *,
    cache: Path | Literal["default"] | None = "default",
    probes: Collection[str] | None = None,
    credentials: Collection[str] | None = None,
    ssh: Collection[str] | None = None,
    platforms: Collection[str] | None = None,
) -> Loaded:
    """Read, check and resolve an inventory.

    Parameters
    ----------
    path : Path
        A YAML file, or a folder whose ``*.yaml`` and ``*.yml`` files are merged in
        the order of their names.
    cache : Path, "default" or None
        Folder for the compiled result: ``bellrock`` in the user's cache folder unless
        told otherwise, none for None. One that cannot be used is done without.
    probes, credentials, ssh, platforms : collection of str or None
        The probes there are, the names in the settings' ``snmp`` and ``ssh`` sections,
        and the platforms that can be asked over SSH; a device that names another is a
        problem. None leaves that unchecked.

    Raises
    ------
    InvalidDocumentError
        With every problem of every file.
    """
    known = {"probes": probes, "snmp": credentials, "ssh": ssh, "platform": platforms}
    with _without_collector():
        return _load(path, cache, known)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Make a great many objects, none of them garbage, without a search for it.

    The collector would go through all that there is again and again as it grows: half
    of the time that a national inventory takes.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _load(path: Path, cache: Path | Literal["default"] | None, known: _Known) -> Loaded:
    contents = [(file, content(file)) for file in _files(path)]
    folder = caching.default_folder() if cache == "default" else cache
    if folder is None:
        return _compile(contents, known)
    name = caching.key(_parts(contents, known))
    loaded = caching.fetch(folder, name)
    if loaded is None:
        loaded = _compile(contents, known)
        caching.store(folder, name, loaded)
    return loaded


def reads(path: Path, file: Path) -> bool:
    """Return whether the inventory at `path` is read from `file`, or would be."""
    real = os.path.realpath
    within = path.is_dir() and real(file.parent) == real(path)
    # It may not be there yet, or be a link to elsewhere; or what is read may be.
    return (within and _is_part(file)) or real(file) in map(real, _files(path))


def _is_part(file: Path) -> bool:
    return file.suffix in (".yaml", ".yml") and not file.name.startswith(".")


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        files = sorted(file for file in path.iterdir() if _is_part(file))
    except OSError as error:
        problem = Problem(path, None, "", f"cannot be read: {error.strerror}")
        raise InvalidDocumentError([problem]) from None
    if not files:
        what = "no inventory in this folder"
        problem = Problem(path, None, "", what, "put a *.yaml or *.yml file there")
        raise InvalidDocumentError([problem])
    return files


def _parts(contents: Sequence[tuple[Path, bytes]], known: _Known) -> Iterator[bytes]:
    """Everything the result depends on: names too, since warnings show them."""
    for names in known.values():
        yield b"any" if names is None else repr(sorted(names)).encode()
    for file, data in contents:
        yield os.fsencode(file)
        yield data


def _compile(contents: Sequence[tuple[Path, bytes]], known: _Known) -> Loaded:
    problems: list[Problem] = []
    documents: list[Document] = []
    for file, data in contents:
        try:
            document = parse(data, file)
        except InvalidDocumentError as error:
            problems.extend(error.problems)
        else:
            documents.append(document)
            problems.extend(document.problems)
    entries = [_validate(document, problems) for document in documents]
    if len(documents) == len(contents):
        # An unreadable file would make everything it declares look missing.
        problems.extend(references.check(documents, known))
        problems.extend(wiring.check(documents))
    if problems:
        raise InvalidDocumentError(_in_order(problems, contents))
    network = next(each.network for each in entries if each.network is not None)
    inventory = build(network, entries)
    warnings = _in_order(doubts(inventory, documents), contents)
    return Loaded(inventory, tuple(warnings))


def _validate(document: Document, problems: list[Problem]) -> FileEntry:
    """Return the file's entries; none, and problems, where it has mistakes."""
    # A key with nothing after it is a list that was left empty, or commented out.
    given = {
        key: value
        for key, value in document.value.items()
        if value is not None or key not in FileEntry.model_fields
    }
    try:
        return FileEntry.model_validate(given)
    except ValidationError as error:
        problems.extend(explain(error, document, FileEntry))
        return FileEntry()


def _in_order(
    problems: Iterable[Problem], contents: Sequence[tuple[Path, bytes]]
) -> list[Problem]:
    order = {file: number for number, (file, _) in enumerate(contents)}
    return sorted(problems, key=lambda each: (order[each.file], each.line or 0))
