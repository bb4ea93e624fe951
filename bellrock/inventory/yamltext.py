"""Names, rates and remarks as they stand in an inventory that we write.

Names come from devices and from other people's files, so from anybody: every text is
quoted and made printable, and nothing but our own ids stands bare.
"""

import json
import re
from decimal import Decimal

from bellrock.inventory import spans
from bellrock.inventory.rates import LARGEST

_BARE = re.compile(r"[a-z][a-z0-9_-]*")
_NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML takes for something else."""
_LONGEST_NAME, _LONGEST_COMMENT = 200, 300


def entry(parts: dict[str, str], comment: str = "") -> str:
    """Return one entry of a list; what stands in `parts` is YAML already."""
    inside = ", ".join(f"{key}: {value}" for key, value in parts.items())
    return f"  - {{{inside}}}" + (f"  {remark(comment)}" if comment else "")


def remark(text: str) -> str:
    """Return a comment that ends where its line does."""
    return f"# {printable(text)[:_LONGEST_COMMENT]}".rstrip()


def scalar(text: str) -> str:
    """Return an id as it stands in YAML: bare if it can only be read as text."""
    bare = _BARE.fullmatch(text) is not None and text not in _NOT_TEXT
    return text if bare else title(text)


def title(text: str) -> str:
    """Return a name for people, in quotes, and cut where it is endless."""
    return quoted(text[:_LONGEST_NAME])


def quoted(text: str) -> str:
    """Return any text in double quotes; YAML reads them as JSON does."""
    return json.dumps(printable(text), ensure_ascii=False)


def printable(text: str) -> str:
    """Return text without line breaks, control characters and halves of characters."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def is_capacity(bits: float) -> bool:
    """Return whether an inventory may have it; virtual ports run at 4 Pbit/s."""
    return 1 <= bits <= LARGEST


def rate(bits: float) -> str:
    """Return bit/s as an inventory has them.

    Examples
    --------
    >>> rate(1e9), rate(1.5e6), rate(64_000), rate(1234567), rate(0.5)
    ('1G', '1500k', '64k', '1234567', '0.5')
    """
    for letter, factor in {"T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3}.items():
        if bits >= factor and bits % factor == 0:
            return f"{bits / factor:.0f}{letter}"
    return _decimal(bits)


def span(seconds: float) -> str:
    """Return a time span as an inventory has it, in as few characters as say it.

    Examples
    --------
    >>> span(4 * 3600), span(1.5 * 86400), span(365.25 * 86400)
    ('4h', '36h', '1y')
    """
    texts = (f"{_decimal(seconds / each)}{unit}" for unit, each in spans.UNITS.items())
    read = ((spans.in_seconds(text), text) for text in texts)
    off = ((abs(back - seconds), len(text), text) for back, text in read if back)
    return min(off)[-1]


def _decimal(number: float) -> str:
    """Return a number as it stands in a file: at most 12 decimals, no exponent."""
    text = f"{round(Decimal(repr(number)), 12):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
