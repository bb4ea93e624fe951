"""Settings every engine probe has: how often, how long to wait, how marked."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bellrock.config.duration import Seconds
from probes.channel import Channel
from probes.clock import Clock
from probes.runner import Engine, Report
from probes.target import Target


class PacedProbe(BaseModel, ABC):
    """One section of the settings' ``probes``, and the engine it describes.

    Attributes
    ----------
    interval : float
        Seconds between two packets to one target.
    deadline : float
        Seconds to wait for an answer before the packet counts as lost.
    report : float
        Least seconds between two reports of one target.
    dscp : int
        Differentiated services code point to send with (RFC 2474).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]

    # The shortest interval keeps sequence numbers from wrapping within the recall.
    interval: Annotated[Seconds, Field(ge=0.01, le=3600)] = 1.0
    deadline: Annotated[Seconds, Field(ge=0.01, le=60)] = 2.0
    report: Annotated[Seconds, Field(ge=0.01, le=3600)] = 1.0
    dscp: int = Field(default=0, ge=0, le=63)

    def engine(
        self,
        targets: Iterable[Target],
        *,
        report: Report,
        clock: Clock | None = None,
    ) -> Engine:
        """Return an engine for these targets; it begins when it is run."""
        return Engine(
            self.name,
            self.connect,
            self.port,
            targets,
            interval=self.interval,
            deadline=self.deadline,
            cadence=self.report,
            report=report,
            clock=clock or Clock(),
        )

    @abstractmethod
    def connect(self, family: int) -> Channel:
        """Open the protocol's socket for an address family."""

    @abstractmethod
    def port(self, target: Target) -> int:
        """Return the port of `target` to send to, 0 where there are none."""
