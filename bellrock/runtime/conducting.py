"""One throughput test, by whichever method, as steps that cost something."""

from collections.abc import Callable
from dataclasses import dataclass

from bellrock.model.errors import UserError
from bellrock.model.observation import Direction, Outcome
from bellrock.runtime.remote import run_on
from bellrock.runtime.round_trips import RecentDelays
from bellrock.runtime.throughput_series import Shown
from bellrock.runtime.trials import Trial
from collectors.ssh.settings import SshSettings
from probes.target import Target
from probes.throughput.command import run_here
from probes.throughput.failure import NotMeasuredError
from probes.throughput.figures import RoundTrip, capacity, figures
from probes.throughput.iperf3 import PORT, Iperf3, measure
from probes.throughput.settings import Method, ThroughputSettings
from probes.throughput.train import TrainProbe


@dataclass(frozen=True, slots=True)
class Step:
    """What is done in one go.

    Attributes
    ----------
    way : iperf3's measurement, or the trains'
    """

    way: Iperf3 | TrainProbe

    @property
    def most(self) -> int:
        """Bytes of IP packets that it sends at most, the far side's among them."""
        return self.way.most if isinstance(self.way, Iperf3) else self.way.cost()


def steps(trial: Trial, settings: ThroughputSettings) -> tuple[Step, ...]:
    """Return what a test consists of, in order."""
    test = trial.test
    if test.method is Method.TRAIN:
        probe = TrainProbe(
            size=min(test.size, TRAIN_SIZE), deadline=test.longest, dscp=test.dscp
        )
        return (Step(probe),)
    return tuple(
        Step(
            Iperf3(
                host=trial.address,
                port=test.port or PORT,
                protocol=test.protocol,
                direction=Direction(way.value),
                rate=min(test.rate, settings.rate),
                size=test.size,
                longest=test.longest,
                dscp=test.dscp,
            )
        )
        for way in test.directions
    )


TRAIN_SIZE: int = TrainProbe.model_fields["size"].default
"""Bytes of trains each way; more would not make them more accurate."""


class Conductor:
    """Takes steps, here or where the test says.

    Parameters
    ----------
    ssh : SshSettings
        How devices are logged in to.
    delays : RecentDelays
        What other probes see meanwhile.

    Attributes
    ----------
    pause : float
        Seconds between two steps: a server of iperf3 serves one test, and takes a
        moment to be ready for the next.
    """

    def __init__(
        self, ssh: SshSettings, delays: RecentDelays, clock: Callable[[], float]
    ) -> None:
        self.pause = 1.0
        self._ssh = ssh
        self._delays = delays
        self._clock = clock

    async def take(self, trial: Trial, step: Step) -> tuple[Shown, ...]:
        """Take a step and return what each direction showed, also if that is nothing.

        Raises
        ------
        NotMeasuredError
            If it could not be taken.
        """
        if isinstance(step.way, Iperf3):
            return (await self._transfer(trial, step.way),)
        target = Target(trial.target.id, trial.address, _train_port(trial))
        try:
            both = await step.way.measure(target)
        except UserError as error:
            # One way that is barred is no reason to end everything else.
            detail = f"{error.what}; {error.instead}"
            raise NotMeasuredError(Outcome.UNREACHABLE, detail) from None
        return tuple(Shown(trial, each) for each in both)

    async def _transfer(self, trial: Trial, iperf3: Iperf3) -> Shown:
        run = run_here if trial.source is None else run_on(*trial.source, self._ssh)
        begun = self._clock()
        transfer = await measure(iperf3, run)
        ended = self._clock()
        seen = RoundTrip()
        if trial.source is None and trial.test.address is None:
            # Of another path, what other probes see from here says nothing.
            seen = self._delays.between(trial.target.id, begun, ended)
        return Shown(
            trial,
            capacity(transfer, trial.target.id, Method.IPERF3.value, ended),
            transfer,
            figures(
                transfer,
                cap=iperf3.rate,
                declared=trial.declared(iperf3.direction),
                seen=seen,
            ),
        )


def _train_port(trial: Trial) -> int | None:
    return trial.test.port or trial.target.ports.get("stamp")
