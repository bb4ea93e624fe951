"""One lab for all of its tests; each begins with the network whole."""

import os
from collections.abc import Iterator

import pytest

from tests.lab.description import NOC
from tests.lab.network import Lab, lab, may_make_namespaces, missing


@pytest.fixture(scope="session")
def built() -> Iterator[Lab]:
    """Bring the lab up once, or skip naming what it lacks (CI=true: fail)."""
    absent = ", ".join(missing())
    if absent:
        absent = f"not installed: {absent}; `make test` as root installs it"
    elif not may_make_namespaces():
        absent = "may not make namespaces; run it as root"
    if absent and os.environ.get("CI") == "true":
        pytest.fail(absent)
    if absent:
        pytest.skip(absent)
    with lab() as network:
        yield network


@pytest.fixture(name="lab")
def whole(built: Lab) -> Lab:
    """Return the lab once nothing is left to be seen of what was done to it before."""
    built.settle()
    return built


@pytest.fixture
def in_noc(lab: Lab) -> Iterator[None]:
    """Sit where the monitor stands: sockets and children are in its network."""
    with lab.space.inside(NOC):
        yield
