"""What a monitor exports, read as Prometheus reads it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bellrock.model.catalogue import Metric

PATIENCE = 120.0
"""Seconds after which what did not happen is not going to, on a busy machine either."""


@dataclass
class Exported:
    """A monitor's /metrics.

    Attributes
    ----------
    client : httpx.AsyncClient
        With the monitor's address as its base.
    """

    client: httpx.AsyncClient

    async def values(self, metric: Metric, **labels: str) -> list[float]:
        """Return all samples with these labels; one that is empty is not there."""
        page = (await self.client.get("/metrics")).text
        return [
            sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
            if sample.name == metric.name
            and all(sample.labels.get(key, "") == text for key, text in labels.items())
        ]

    async def value(self, metric: Metric, **labels: str) -> float | None:
        """Return the sample with these labels; None when there is none.

        Several are no answer: which of them comes first is a matter of luck.
        """
        found = await self.values(metric, **labels)
        if len(found) > 1:
            pytest.fail(f"{len(found)} samples are {metric.name}{labels}")
        return found[0] if found else None

    async def until(
        self, expected: float | None, metric: Metric, **labels: str
    ) -> None:
        """Wait for the one sample to have this value; None waits for it to vanish."""
        wanted = [] if expected is None else [expected]
        await self._until(lambda found: found == wanted, expected, metric, labels)

    async def counts(self, least: float, metric: Metric, **labels: str) -> float:
        """Wait for the one counter to get as far: who looks late sees it go past.

        Returns
        -------
        float
            How far that was.
        """
        [found] = await self._until(
            lambda found: len(found) == 1 and found[0] >= least, least, metric, labels
        )
        return found

    async def falls(self, below: float, metric: Metric, **labels: str) -> None:
        """Wait for the one sample to be less."""
        await self._until(
            lambda found: len(found) == 1 and found[0] < below, below, metric, labels
        )

    async def number(self, count: int, metric: Metric, **labels: str) -> None:
        """Wait until there are so many samples with these labels."""
        await self._until(
            lambda found: len(found) == count, f"{count} samples", metric, labels
        )

    async def _until(
        self,
        holds: Callable[[list[float]], bool],
        expected: float | str | None,
        metric: Metric,
        labels: dict[str, str],
    ) -> list[float]:
        found: list[float] = []
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                found = await self.values(metric, **labels)
                if holds(found):
                    return found
            await asyncio.sleep(0.1)
        # What there is beside it, since it cannot be asked for afterwards.
        lines = (await self.client.get("/metrics")).text.splitlines()
        beside = [line for line in lines if line.startswith(metric.name)]
        pytest.fail(
            f"{metric.name}{labels} stayed {found}, not {expected}; there is\n"
            + "\n".join(beside)
        )
