"""Which exchange serves a channel."""

from probes.channel import Channel, Uniform
from probes.exchange import Books, Exchange
from probes.line import Line
from probes.singly import Singly


def prepare() -> None:
    """Load, and compile where that was not done before, what packets cannot wait for.

    Where it is not called, the first channel that needs it waits: half a second, or
    several the first time.
    """
    import probes.together  # noqa: F401 (for what that does)


def opened(channel: Channel, books: Books, *, exact: bool) -> Exchange:
    """Return what goes through a channel; its socket is closed if that fails.

    Parameters
    ----------
    exact : bool
        Have the kernel stamp what leaves, too, and not only what comes.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    try:
        if isinstance(channel, Uniform):
            # Compiled code takes half a second to load, and most commands send nothing.
            from probes.sweep import Sweep
            from probes.together import Together

            return Together(Sweep(channel, books.clock, exact=exact), books)
        return Singly(Line(channel, books.clock, exact=exact), books)
    except BaseException:
        channel.sock.close()
        raise
