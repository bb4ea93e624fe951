"""Which host keys are trusted, and how a new one comes to be.

Only files that the settings name are read, never the user's own. A line counts for
exactly the address and port it names: a key of port 22 says nothing of port 2222.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh

_PORT = 22
_LONGEST = 64_000_000


class KnownHostsError(Exception):
    """A file of host keys cannot be used; whoever wrote it has to see to it."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """The keys that one address is known by, and those it must not have."""

    keys: tuple[asyncssh.SSHKey, ...] = ()
    revoked: tuple[asyncssh.SSHKey, ...] = ()


class KnownHosts:
    """The host keys that are trusted, as the files have them now.

    Parameters
    ----------
    own : Path
        Bellrock's own file; the only one that is written, and only by :meth:`add`.
    """

    def __init__(self, own: Path) -> None:
        self.own = own
        self._read: dict[Path, tuple[tuple[int, ...], asyncssh.SSHKnownHosts]] = {}

    def trusted(self, address: str, port: int, extra: Path | None) -> Trusted:
        """Return what is known of an address, by our own file and perhaps another.

        Raises
        ------
        KnownHostsError
            If a file is not one of host keys.
        OSError
            If a file is there and cannot be read.
        """
        name = _name(address, port)
        keys: list[asyncssh.SSHKey] = []
        revoked: list[asyncssh.SSHKey] = []
        for known in self._files(extra):
            # The name holds the port where that is not 22, so none is given here:
            # else the port is left out of the search if nothing is found with it.
            found = known.match(name, "", None)
            keys += found[0]
            revoked += found[2]
        return Trusted(tuple(keys), tuple(revoked))

    def add(self, address: str, port: int, key: asyncssh.SSHKey) -> None:
        """Trust a key from now on.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        words = key.export_public_key().decode("ascii").split()
        line = f"{_name(address, port)} {words[0]} {words[1]}\n".encode()
        with self.own.open("a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _files(self, extra: Path | None) -> Iterator[asyncssh.SSHKnownHosts]:
        for path in (self.own, extra):
            if path is None:
                continue
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            stamp = status.st_mtime_ns, status.st_size, status.st_ino
            before = self._read.get(path)
            if before is None or before[0] != stamp:
                before = self._read[path] = stamp, _load(path)
            yield before[1]


def _name(address: str, port: int) -> str:
    return address if port == _PORT else f"[{address}]:{port}"


def _load(path: Path) -> asyncssh.SSHKnownHosts:
    with path.open("rb") as file:
        content = file.read(_LONGEST + 1)
    # Neither the library's message nor the text: the file may be one of secrets that
    # was named by mistake.
    what = f"{path}: not a file of host keys; write it with ssh-keyscan"
    if len(content) > _LONGEST:
        raise KnownHostsError(what)
    try:
        return asyncssh.import_known_hosts(content.decode())
    except ValueError:
        raise KnownHostsError(what) from None
