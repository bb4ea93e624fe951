"""The probes' engines that run now, and the change to those that should.

Each probe has one for each class of service that it sends in.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from bellrock.model.observation import source_name
from bellrock.runtime.parts import Parts
from bellrock.runtime.plan import Probing
from probes.runner import Engine, Report

_Key = tuple[str, str]
"""Names of the probe, and of the class of service."""


class Engines:
    """One engine for each class of service of each probe that has targets.

    Parameters
    ----------
    parts : Parts
        Where they run.
    report : callable
        Given to each.
    """

    def __init__(self, parts: Parts, report: Report) -> None:
        self._parts = parts
        self._report = report
        self._running: dict[_Key, tuple[Probing, Engine]] = {}

    async def assign(self, wanted: Mapping[_Key, Probing]) -> None:
        """Probe as `wanted` from now on; what did not change is not touched.

        Every socket is open before the first engine is told of anything, so that what
        fails disturbs no measurement: not even the packets on their way.

        Raises
        ------
        UserError
            If a socket may not be opened; everything is then as it was before.
        """
        kept = {key: self._kept(key, probing) for key, probing in wanted.items()}
        fresh: dict[_Key, Engine] = {}
        with ExitStack() as undoing:
            for _, running in self._running.values():
                undoing.callback(running.trim)
            for key, probing in wanted.items():
                engine = kept[key]
                if engine is None:
                    fresh[key] = new = self._made(key, probing)
                    undoing.callback(new.close)
                    new.open()
                else:
                    engine.prepare(probing.targets)
            for key, probing in wanted.items():
                engine = kept[key]
                if engine is not None and self._running[key][0] != probing:
                    engine.retarget(probing.targets)
            for key in self._running.keys() - (wanted.keys() - fresh.keys()):
                await self._parts.stop(_part(key))
                # One that waits to be started again may have been prepared.
                self._running[key][1].close()
            undoing.pop_all()
        self._running = {
            key: (probing, fresh.get(key) or self._running[key][1])
            for key, probing in wanted.items()
        }
        for key, engine in fresh.items():
            self._parts.start(_part(key), engine.run)

    def error_bounds(self) -> Iterator[tuple[str, float]]:
        """Yield each probe's name and bound on its timing error, in seconds."""
        bounds: dict[str, float] = {}
        for (probe, _), (_, engine) in self._running.items():
            bounds[probe] = max(bounds.get(probe, 0.0), engine.error_bound)
        yield from bounds.items()

    def unsent(self) -> Iterator[tuple[str, str, int]]:
        """Yield how many packets each probe could not send, by the error's name."""
        unsent: Counter[tuple[str, str]] = Counter()
        for (probe, _), (_, engine) in self._running.items():
            for reason, packets in engine.counts.unsent.items():
                unsent[probe, reason] += packets
        for at, packets in unsent.items():
            yield *at, packets

    def _made(self, key: _Key, probing: Probing) -> Engine:
        return probing.probe.engine(
            probing.targets,
            report=self._report,
            service_class=key[1],
            dscp=probing.dscp,
        )

    def _kept(self, key: _Key, probing: Probing) -> Engine | None:
        """Return the engine that runs with the same settings already."""
        if key not in self._running:
            return None
        before, engine = self._running[key]
        same = (before.probe, before.dscp) == (probing.probe, probing.dscp)
        return engine if same else None


def _part(key: _Key) -> str:
    return f"probe {source_name(*key)}"
