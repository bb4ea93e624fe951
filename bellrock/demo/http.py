"""Asking the demo's children over HTTP."""

import asyncio
import urllib.request


async def get(url: str) -> bytes:
    """Return the body at `url`.

    Raises
    ------
    OSError
        If nobody answers within 5 s, or with an error.
    """
    return await asyncio.to_thread(_get, url)


async def answers(url: str) -> bool:
    """Return whether there is something at `url`."""
    try:
        await get(url)
    except OSError:
        return False
    return True


def _get(url: str) -> bytes:
    # No proxy of the environment has any business between two ports of loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        body: bytes = answer.read()
    return body
