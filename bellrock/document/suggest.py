"""What somebody may have meant by a word we do not know."""

from collections.abc import Collection
from difflib import get_close_matches

from bellrock.document.values import bare, quoted

_MOST_LISTED = 20
_MOST_TRIES = 50


def closest(word: str, known: Collection[str], alike: float = 0.6) -> str | None:
    """Return the word of `known` most like `word`, None if none is `alike`, 0 to 1."""
    found = get_close_matches(word.lower()[:100], known, n=1, cutoff=alike)
    return found[0] if found else None


def choices(word: str, known: Collection[str], noun: str) -> str:
    """Write what may be meant, then what there is.

    Examples
    --------
    >>> choices("timeut", {"timeout", "port"}, "known keys")
    'did you mean "timeout"?  known keys: port, timeout'
    """
    found = closest(word, known)
    parts = [f"did you mean {quoted(found)}?"] if found else []
    if len(known) <= _MOST_LISTED:
        listed = ", ".join(bare(name) for name in sorted(known)) or "none"
        parts.append(f"{noun}: {listed}")
    return "  ".join(parts)


class Suggester:
    """Suggestions from a long list, for a run that may ask very often.

    Comparing a word with thousands of others takes a good part of a second: after
    the first fifty words nobody reads on, and none are compared.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._tries = 0

    def __call__(self, word: str, otherwise: str, also: Collection[str] = ()) -> str:
        """Return a suggestion for `word`, or `otherwise` where there is none.

        Parameters
        ----------
        also : collection of str
            What it may be besides the list.
        """
        self._tries += 1
        if self._tries > _MOST_TRIES:
            return otherwise
        found = closest(word, [*also, *self._known])
        return f"did you mean {quoted(found)}?" if found else otherwise
