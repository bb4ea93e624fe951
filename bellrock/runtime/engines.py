"""The probes' engines that run now, and the change to those that should."""

from collections.abc import Iterator, Mapping

from bellrock.model.errors import UserError
from bellrock.runtime.parts import Parts
from bellrock.runtime.plan import Probing
from probes.runner import Engine, Report


class Engines:
    """One engine for each probe that has targets.

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
        self._running: dict[str, tuple[Probing, Engine]] = {}

    async def assign(self, wanted: Mapping[str, Probing]) -> None:
        """Probe as `wanted` from now on; what did not change is not touched.

        Raises
        ------
        UserError
            If a socket may not be opened; everything is then as it was before.
        """
        fresh: dict[str, Engine] = {}
        moved: list[str] = []
        try:
            for name, probing in wanted.items():
                engine = self._kept(name, probing)
                if engine is None:
                    new = probing.probe.engine(probing.targets, report=self._report)
                    fresh[name] = new
                    new.open()
                elif self._running[name][0] != probing:
                    moved.append(name)
                    engine.retarget(probing.targets)
        except UserError:
            for engine in fresh.values():
                engine.close()
            for name in moved:
                before, engine = self._running[name]
                engine.retarget(before.targets)
            raise
        for name in self._running.keys() - (wanted.keys() - fresh.keys()):
            await self._parts.stop(_part(name))
        self._running = {
            name: (probing, fresh.get(name) or self._running[name][1])
            for name, probing in wanted.items()
        }
        for name, engine in fresh.items():
            self._parts.start(_part(name), engine.run)

    def error_bounds(self) -> Iterator[tuple[str, float]]:
        """Yield each probe's name and bound on its timing error, in seconds."""
        for name, (_, engine) in self._running.items():
            yield name, engine.error_bound

    def unsent(self) -> Iterator[tuple[str, str, int]]:
        """Yield how many packets each probe could not send, by the error's name."""
        for name, (_, engine) in self._running.items():
            for reason, packets in engine.counts.unsent.items():
                yield name, reason, packets

    def _kept(self, name: str, probing: Probing) -> Engine | None:
        """Return the engine that runs with the same settings already."""
        before, engine = self._running.get(name, (None, None))
        return engine if before and before.probe == probing.probe else None


def _part(name: str) -> str:
    return f"probe {name}"
