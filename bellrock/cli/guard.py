"""Refuse to start when another distribution's package stands in for one of ours.

Our top-level packages have plain names, and the PyPI distribution ``topology``, say,
installs one of the same name.
"""

from importlib.util import find_spec
from pathlib import Path

import bellrock
from bellrock.model.errors import UserError

PACKAGES = ("probes", "collectors", "topology", "alerts", "dashboards")


def refuse_intruders() -> None:
    """Check that every package of ours stands beside ``bellrock`` itself.

    Raises
    ------
    UserError
        Naming the first that does not, and where it comes from.
    """
    home = Path(bellrock.__file__).parent.parent
    for name in PACKAGES:
        spec = find_spec(name)
        found = None if spec is None or spec.origin is None else Path(spec.origin)
        if found is None or found.parent.parent != home:
            raise UserError(
                f"package {name}: {found or 'not found'} is not Bellrock's",
                "install Bellrock in a virtual environment of its own",
            )
