"""PromQL over several lines, for whoever reads the rendered rules."""

import re

_BREAK = re.compile(r' (?=(?:and|or|unless|\*|>) on \()|"[^"]*"|[()]')


def laid_out(query: str) -> str:
    r"""Begin a line before each operator that joins two vectors, indented by depth.

    Examples
    --------
    >>> print(laid_out('((a == 0) or on (site) (b unless on (site) c{d=" or on ("}))'))
    ((a == 0)
      or on (site) (b
        unless on (site) c{d=" or on ("}))
    """
    depth = 0

    def broken(match: re.Match[str]) -> str:
        nonlocal depth
        found = match[0]
        depth += {"(": 1, ")": -1}.get(found, 0)
        return "\n" + "  " * depth if found == " " else found

    return _BREAK.sub(broken, query)
