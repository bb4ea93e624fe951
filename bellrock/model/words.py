"""Numbers of things, as a sentence has them."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return how many there are, one of them without the s.

    Parameters
    ----------
    plural : str, optional
        Where it is not `noun` and an s.

    Examples
    --------
    >>> counted(1, "site"), counted(0, "site"), counted(1200, "site")
    ('1 site', '0 sites', '1,200 sites')
    >>> counted(1, "person", "people"), counted(2, "person", "people")
    ('1 person', '2 people')
    """
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"
