"""Large studies on the workers of a Dask scheduler.

A study is sent once; a task is a range of its failures, and what comes back is small.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from bellrock import __version__
from bellrock.model.errors import UserError
from topology.traffic.n2 import Field, Survey, chunks, survey
from topology.traffic.study import Study

PATIENCE = 10.0
"""Seconds in which a scheduler and its first worker answer."""
_AT_ONCE = 4
"""Tasks that each thread of a worker has in line."""
_CHUNK = 10_000


def n2_on(
    address: str,
    study: Study,
    field: Field,
    most: int = 20,
    progress: Callable[[int], None] = lambda _: None,
) -> Survey:
    """Do `topology.traffic.n2.n2` on the workers of a scheduler.

    Parameters
    ----------
    address : str
        As Dask writes it: ``tcp://host:8786``.

    Raises
    ------
    UserError
        If there is no scheduler or no worker in ten seconds, if a worker has another
        Bellrock or none, or if they are lost on the way.
    """
    with _client(address) as client:
        # As bytes: arrays that Dask takes apart come out read-only, which is another
        # type to a kernel, and would be compiled for anew.
        sent = client.scatter(pickle.dumps(study), broadcast=True, hash=False)
        found = survey(study, field, 0, 0, most)
        done = 0
        for later in _surveys(client, sent, study.rounds, field, most):
            found = found.with_later(later)
            done += later.failures
            progress(done)
        return found


# What `distributed` gives is not typed.
def _surveys(
    client: Any,  # noqa: ANN401
    study: Any,  # noqa: ANN401
    rounds: int,
    field: Field,
    most: int,
) -> Iterator[Survey]:
    """Yield the surveys in the order of the failures, some of them begun ahead."""
    threads = sum(client.nthreads().values())
    waiting: list[Any] = []
    for start, stop in chunks(field, _CHUNK * rounds):
        waiting.append(
            client.submit(_survey, study, field, start, stop, most, pure=False)
        )
        if len(waiting) >= _AT_ONCE * threads:
            yield waiting.pop(0).result()
    while waiting:
        yield waiting.pop(0).result()


def _survey(study: bytes, field: Field, start: int, stop: int, most: int) -> Survey:
    """Do a range of failures; runs on a worker."""
    return survey(_unpacked(study), field, start, stop, most)


@lru_cache(maxsize=1)
def _unpacked(study: bytes) -> Study:
    # Written by `n2_on`, on the other side of a scheduler that is trusted to run code.
    found = pickle.loads(study)
    assert isinstance(found, Study)
    return found


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Connect to a scheduler whose workers have the same Bellrock as we."""
    # Slow to import, and not needed by those who study here.
    import distributed
    from distributed.client import FutureCancelledError

    connect: Any = distributed.Client

    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(
            f"scheduler {address}: no Dask scheduler answers there: {error}",
            "name one that runs, as tcp://HOST:8786; dask scheduler starts one",
        ) from None
    try:
        with client:
            _must_agree(address, client)
            yield client
    except (OSError, distributed.KilledWorker, FutureCancelledError) as error:
        raise UserError(
            f"scheduler {address}: lost on the way: {type(error).__name__}",
            "see its log and its workers', or leave out --scheduler to work here",
        ) from None


def _must_agree(address: str, client: Any) -> None:  # noqa: ANN401
    """Check that there are workers, and that they have our version."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise UserError(
            f"scheduler {address}: it has no workers",
            f"start some where Bellrock is installed: dask worker {address}",
        ) from None
    try:
        versions: dict[str, str] = client.run(version)
    except ImportError as error:
        raise UserError(
            f"scheduler {address}: a worker has no Bellrock: {error}",
            f"install bellrock {__version__} beside each worker",
        ) from None
    for worker, theirs in versions.items():
        if theirs != __version__:
            raise UserError(
                f"scheduler {address}: worker {worker} has bellrock {theirs}",
                f"install bellrock {__version__}, as here",
            )


def version() -> str:
    """Return the version of the Bellrock where it is called."""
    return __version__
