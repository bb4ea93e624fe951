"""Read the files again, away from the event loop."""

import asyncio
from collections.abc import Callable

from bellrock.model.errors import UserError
from bellrock.runtime.told import Told
from bellrock.runtime.worker import worker

Reread = Callable[[], Told]
"""Reads settings and inventory; it travels to another process, so it must pickle."""


class RefusedError(Exception):
    """What was read cannot be used; the text has every problem."""


async def read(reread: Reread) -> Told:
    """Return what `reread` returns, read in a process of its own.

    A national inventory takes seconds, in which a thread of ours would keep the
    interpreter from the probes.

    Raises
    ------
    RefusedError
        If it raised UserError.
    """
    reader = worker(_nothing)
    try:
        loop = asyncio.get_running_loop()
        told = await loop.run_in_executor(reader, _read, reread)
    finally:
        reader.shutdown(wait=False, cancel_futures=True)
    if isinstance(told, str):
        raise RefusedError(told)
    return told


def _nothing() -> None:
    """Prepare nothing."""


def _read(reread: Reread) -> Told | str:
    try:
        return reread()
    except UserError as error:
        # As text: errors that carry more than their arguments do not travel.
        return str(error)
