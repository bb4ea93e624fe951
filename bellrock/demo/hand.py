"""Enter on standard input, heard without keeping the event loop from anything else."""

import asyncio
import os
from typing import Self

from bellrock.model.errors import UserError

_ENTER = b"\n"
_MOST = 4096


class Hand:
    """Whoever goes through the story step by step; a context manager.

    Parameters
    ----------
    descriptor : int
        Of a terminal or a pipe. It is left as it is: what others write to the same
        terminal would fail if it did not wait.

    Raises
    ------
    UserError
        On entry, if it is something else.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pressed: asyncio.Queue[bool] = asyncio.Queue()

    def __enter__(self) -> Self:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        try:
            loop.add_reader(self._descriptor, self._read)
        except OSError:
            raise UserError(
                "standard input: neither a terminal nor a pipe",
                "--by-hand waits for Enter there; run it in a terminal, or without",
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        asyncio.get_running_loop().remove_reader(self._descriptor)

    async def enter(self) -> bool:
        """Wait for Enter; return whether it was, and not the end of the input."""
        return await self._pressed.get()

    def _read(self) -> None:
        read = os.read(self._descriptor, _MOST)
        for _ in range(read.count(_ENTER)):
            self._pressed.put_nowait(True)
        if not read:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._pressed.put_nowait(False)
