"""What a monitor exports, read as Prometheus reads it."""

import asyncio
from dataclasses import dataclass

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bellrock.model.catalogue import Metric


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
        """Return all samples with these labels."""
        text = (await self.client.get("/metrics")).text
        return [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == metric.name and labels.items() <= sample.labels.items()
        ]

    async def value(self, metric: Metric, **labels: str) -> float | None:
        """Return the sample with these labels; None when there is none."""
        return next(iter(await self.values(metric, **labels)), None)

    async def until(
        self, expected: float | None, metric: Metric, **labels: str
    ) -> None:
        """Wait for the sample to have this value; None waits for it to vanish."""
        found: float | None = None
        for _ in range(300):
            try:
                found = await self.value(metric, **labels)
            except httpx.TransportError:
                found = -1
            if found == expected:
                return
            await asyncio.sleep(0.1)
        pytest.fail(f"{metric.name}{labels} stayed {found}, not {expected}")
