"""What YAML's plain scalars mean to us, and how values are shown to people.

YAML 1.2's core schema, with two habits of older YAML left out on purpose: ``no``
and ``on`` are text, and so is a number with leading zeros, since both are more often
a country or a circuit than a truth or an octal.
"""

import re

_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a mapping",
}

Value = bool | int | float | str | list["Value"] | dict[str, "Value"] | None
"""What a document consists of."""

Keys = tuple[str | int, ...]
"""Keys and list indexes that lead from the top of a document to a value."""

_LONGEST_SHOWN = 60
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,39})")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,40}|(?:0|[1-9][0-9]{0,39})(?:\.[0-9]{0,40})?)"
    r"(?:[eE][-+]?[0-9]{1,3})?"
)
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}
_NUMERIC = frozenset("+-.0123456789")


def plain(text: str) -> bool | int | float | str | None:
    """Return what an unquoted scalar means.

    Examples
    --------
    >>> plain("10"), plain("1.5e3"), plain("no"), plain("00107"), plain("~")
    (10, 1500.0, 'no', '00107', None)
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def entry(value: Value, key: str | int) -> Value:
    """Return what `value` holds under `key`, None where it holds nothing."""
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def quoted(text: str) -> str:
    r"""Show `text` in quotes: shortened, and safe to print on a terminal.

    Examples
    --------
    >>> print(quoted("a\x1b[2J"))
    "a\x1b[2J"
    """
    return f'"{bare(text)}"'


def printable(text: str) -> str:
    """Return `text` with whatever a terminal might obey written as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def bare(text: str) -> str:
    """Show `text` without quotes, as safe to print as :func:`quoted`."""
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 1] + "…"
    return printable(text)


def described(value: Value) -> str:
    """Say what kind of thing `value` is, and which if it is short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {bare(str(value))}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return _KINDS[type(value)]


def kind(value: Value) -> str:
    """Say what kind of thing `value` is without giving it away."""
    return "nothing" if value is None else _KINDS[type(value)]
