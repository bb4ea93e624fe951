"""Datagrams with a few changes each, by chance."""

import random
import signal
from types import FrameType

from tests.collectors.snmp.fuzz.messages import layouts, read
from tests.collectors.snmp.fuzz.seeds import SEEDS

_HANG = 30.0
"""Seconds of processor time for a hundred datagrams, over which one of them hangs."""
_LOOK = 100


def mutated(seed: bytes, dice: random.Random) -> bytes:
    """Return `seed` with one to four changes, of the kinds that break parsers."""
    octets = bytearray(seed)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(octets) + 1)
        match dice.randrange(7):
            case 0:
                octets[at : at + 1] = dice.randbytes(1)
            case 1:
                octets[at : at + 1] = dice.choice((b"\0", b"\x7f", b"\x80", b"\xff"))
            case 2:
                del octets[at:]
            case 3:
                del octets[at : at + dice.randint(1, 8)]
            case 4:
                octets[at:at] = dice.randbytes(dice.randint(1, 8))
            case 5:
                octets[at:at] = octets[at : at + dice.randint(1, 64)]
            case _:
                if at < len(octets):
                    octets[at] = (octets[at] + dice.choice((-1, 1))) % 256
    return bytes(octets)


def run(seed: int, count: int) -> int:
    """Read `count` mutated datagrams; return how many.

    Raises
    ------
    AssertionError
        Naming the octets that something other than Malformed came of.
    """
    dice, known = random.Random(seed), layouts()
    octets = b""

    def hangs(_: int, __: FrameType | None) -> None:
        raise AssertionError(f"no end of {octets.hex()}")

    before = signal.signal(signal.SIGVTALRM, hangs)
    try:
        for number in range(count):
            if number % _LOOK == 0:
                signal.setitimer(signal.ITIMER_VIRTUAL, _HANG)
            octets = mutated(dice.choice(SEEDS), dice)
            try:
                read(octets, known)
            except Exception as error:
                raise AssertionError(f"{error!r} of {octets.hex()}") from error
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return count
