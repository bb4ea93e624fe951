"""Ids out of names: always the same ones, no two alike."""

import re
import unicodedata
from collections.abc import Iterable

_NOT_IN_IDS = re.compile(r"[^a-z0-9._-]+")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_LONGEST = 60
_LETTERS = str.maketrans(
    {
        **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t"},
        **{
            "æ": "ae",
            "œ": "oe",
            "þ": "th",
            "'": "",
            "\N{RIGHT SINGLE QUOTATION MARK}": "",
        },
    }
)
"""Latin letters that are no letter with an accent, and what stands inside words."""


def identifier(text: str) -> str:
    """Return the id that `text` makes, empty where nothing of it can stand in one.

    Accents go, as do capitals; what is an id already stays as it is.

    Examples
    --------
    >>> identifier("Malmö / Åkarp"), identifier("St John's"), identifier("東京")
    ('malmo-akarp', 'st-johns', '')
    """
    if _ID.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKD", text[:500]).casefold().translate(_LETTERS)
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return _NOT_IN_IDS.sub("-", bare).strip("._-")[:_LONGEST].rstrip("._-")


class Names:
    """One name space of ids.

    Parameters
    ----------
    reserved : iterable of str
        Ids that are only given to who asks for exactly that.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._reserved = set(reserved)

    def give(self, text: str, otherwise: str) -> tuple[str, bool]:
        """Return a free id for `text`, and whether a number had to tell it apart.

        A source's own valid id, which is reserved for it, is never given away to a name
        that only happens to look like it.
        """
        wanted = chosen = identifier(text) or otherwise
        exact = text == wanted
        number = self._numbers.get(wanted, 1)
        while chosen in self._taken or (
            chosen in self._reserved and not (exact and chosen == wanted)
        ):
            number += 1
            chosen = f"{wanted}-{number}"
        self._numbers[wanted] = number
        self._taken.add(chosen)
        return chosen, chosen != wanted
