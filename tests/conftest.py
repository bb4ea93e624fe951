"""What several folders of tests share."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import settings

from tests.demo.performance import Shown, perform

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("bellrock", deadline=None)
settings.load_profile("bellrock")


@pytest.fixture(scope="session")
def shown() -> Iterator[Shown]:
    """Run the demo once for all who look at it; Prometheus stays to be asked."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner.run(perform(stack))
        finally:
            runner.run(stack.aclose())
