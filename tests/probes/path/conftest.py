"""One diamond for all tests of the package."""

from collections.abc import Iterator

import pytest

from bellrock.bench.diamond import Diamond, inside
from tests.probes.path.network import built


@pytest.fixture(scope="package")
def made() -> Iterator[Diamond]:
    diamond = built()
    yield diamond
    diamond.end()


@pytest.fixture
def diamond(made: Diamond) -> Iterator[Diamond]:
    """Return the diamond, with this test's sockets in the network of `a`."""
    with inside(made.network("a")):
        yield made
