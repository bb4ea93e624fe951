"""What several folders of tests share."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, settings

from tests.demo.performance import Shown, perform

# How long an example takes says more of the machine than of what is tested. And the
# same examples in every run: a change is good or it is not, whoever's turn it is.
_SEARCH = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", _SEARCH)
settings.register_profile("same", _SEARCH, derandomize=True, database=None)
settings.load_profile("same")


@pytest.fixture(scope="session")
def shown() -> Iterator[Shown]:
    """Run the demo once for all who look at it; Prometheus stays to be asked."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner.run(perform(stack))
        finally:
            runner.run(stack.aclose())
