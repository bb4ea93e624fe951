"""Text as devices send it, made fit to be read and to be shown."""

_LONGEST = 255

_DETAIL = 200


def plain(value: object) -> str:
    r"""Return printable text on one line, at most 255 characters; "" if it is none.

    Examples
    --------
    >>> plain("core1\r\nGigabitEthernet0/0\x00 ")
    'core1 GigabitEthernet0/0'
    """
    if not isinstance(value, str):
        return ""
    # Cut twice: what is spread over megabytes is not worth splitting.
    text = " ".join(value[: 8 * _LONGEST].replace("\0", "").split())[:_LONGEST]
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def quoted(text: str) -> str:
    """Return the first line that says something, for a person to read."""
    for line in text[: 16 * _LONGEST].splitlines():
        shown = plain(line)
        if shown.strip(" ^"):
            return shown[:_DETAIL]
    return "nothing"
