"""Packet trains: how much a path carries, for less than a megabyte.

Packets sent back to back queue before the slowest place of a path and leave it at its
rate (packet dispersion). They are STAMP test packets (RFC 8762), so any
session-reflector is a far end: its receive stamps show the way there, the kernel's
stamps of its answers the way back. The way back sees no more than the way there let
through, so it has a figure only where it is the slower of the two.

Rates are of IP packets (IP-layer capacity, RFC 5136). A shaper that counts Ethernet
frames is by 14 bytes a packet faster in its own words: 1.0 % with packets of 1,400.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bellrock.config.duration import Seconds
from bellrock.model.errors import UserError
from bellrock.model.observation import Direction, Observe, Outcome
from bellrock.model.throughput import Capacity
from probes.clock import SECOND
from probes.runner import run
from probes.stamp.sender import STANDARD_PORT
from probes.target import Target
from probes.throughput import train_plan
from probes.throughput.train_dispersion import Dispersion, dispersion
from probes.throughput.train_packets import Train
from probes.throughput.train_socket import TrainSocket
from probes.throughput.train_verdict import Told, Verdict, judge, settled

_REST = 2.0
"""How many times as long as a train took the path is left to others after it."""
_PAUSE = (0.01, 0.03)
_PATIENCE = 1.0
_MARGIN = 0.2


@dataclass(frozen=True, slots=True)
class Ran:
    """A train that is over: for progress, and for ``--explain``."""

    train: Train
    forward: Dispersion
    reverse: Dispersion


Witness = Callable[[Ran], None]


class TrainProbe(BaseModel):
    """How trains are sent, and the measurement that is made of them.

    Attributes
    ----------
    size : int
        Bytes of IP packets at most in each direction; the reflector answers in kind, so
        a measurement costs twice as many.
    packet : int
        Bytes of each IP packet. It must pass the whole path in one piece.
    deadline : float
        Seconds that a measurement may take; what was heard until then counts.
    dscp : int
        Differentiated services code point to send with (RFC 2474).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str] = "train"

    size: int = Field(default=480_000, ge=1, le=10_000_000)
    packet: int = Field(default=1400, ge=128, le=9000)
    deadline: Annotated[Seconds, Field(ge=0.1, le=300)] = 10.0
    dscp: int = Field(default=0, ge=0, le=63)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.packets < train_plan.LEAST:
            least = train_plan.LEAST * self.packet
            raise ValueError(
                f"size: no train fits into {self.size} bytes; at least {least} with "
                f"packets of {self.packet}"
            )
        return self

    @property
    def packets(self) -> int:
        """How many packets a measurement sends at most."""
        return self.size // self.packet

    def cost(self) -> int:
        """Return how many bytes of IP packets a measurement sends at most.

        Both directions together: a reflector never answers with more than it got, and
        one that did would not be listened to.
        """
        return 2 * self.packets * self.packet

    async def measure(
        self, target: Target, *, witness: Witness | None = None
    ) -> tuple[Capacity, Capacity]:
        """Measure the way to a session-reflector and the way back.

        Parameters
        ----------
        target : Target
            Where the reflector is; port 862 if it names none.
        witness : callable, optional
            Told of each train when it is over.

        Returns
        -------
        tuple of Capacity
            Forward, reverse.

        Raises
        ------
        UserError
            If this machine's own firewall refuses to send.
        """
        session = _Session(self, target, witness)
        try:
            outcome, _ = await run(session, target.address, deadline=self.deadline)
        except PermissionError as error:
            raise UserError(
                f"probe train {target.address}: this machine refuses to send",
                "allow UDP to it in the firewall here",
            ) from error
        return session.capacities(outcome)


LEAST_SIZE: int = train_plan.LEAST * TrainProbe.model_fields["packet"].default
"""Bytes that trains of the usual packets must be allowed in each direction."""


@dataclass(slots=True)
class _Session:
    """One measurement while it runs."""

    probe: TrainProbe
    target: Target
    witness: Witness | None
    sent: int = 0
    heard: int = 0
    strays: int = 0
    mtu: int | None = None
    forward: list[Told] = field(default_factory=list)
    reverse: list[Told] = field(default_factory=list)

    async def __call__(self, host: str, observe: Observe) -> Outcome:  # noqa: ARG002 (the target has it; trains are no samples)
        """Send trains until there is a figure or the bytes are spent."""
        probe = self.probe
        opened = TrainSocket(
            self.target, STANDARD_PORT, size=probe.packet, dscp=probe.dscp
        )
        with opened as socket:
            if probe.packet > socket.mtu:
                self.mtu = socket.mtu
                return Outcome.TOO_BIG
            plan = train_plan.Plan(probe.packets)
            patience = _PATIENCE
            while (count := plan.next()) > 0:
                train = Train(self.sent, count, probe.packet)
                try:
                    await socket.run(train, group=plan.group, patience=patience)
                finally:
                    self._settle(train)
                if not train.rows:
                    return Outcome.TIMEOUT
                patience = min(_PATIENCE, train.took + _MARGIN)
                there, back = self.forward[-1], self.reverse[-1]
                pace = max(there.seen.span, back.seen.span) / len(train.rows) / SECOND
                rate = there.rate if settled(there) else None
                plan.learn(rate, probe.packet, pace)
                # Never in step with anything else that is sent at intervals.
                pause = random.uniform(*_PAUSE)
                await asyncio.sleep(pause + _REST * train.took)
        return Outcome.SUCCESS

    def _settle(self, train: Train) -> None:
        self.sent += len(train.sent)
        self.strays += train.strays
        forward, reverse = dispersion(train.forward()), dispersion(train.reverse())
        if train.rows:
            self.forward.append(Told(train.size, forward))
            self.reverse.append(Told(train.rows[0].length, reverse))
        if self.witness is not None:
            self.witness(Ran(train, forward, reverse))

    def capacities(self, outcome: Outcome) -> tuple[Capacity, Capacity]:
        """Return both directions; `outcome` is how it ended."""
        out = self.sent * self.probe.packet
        # Of lost answers nobody knows whether they were sent: they count.
        back = out if self.forward else 0
        if self.forward:
            forward, reverse = judge(self.forward), judge(self.reverse)
        else:
            forward = reverse = self._nothing(outcome)
        return (
            self._capacity(Direction.FORWARD, forward, out),
            self._capacity(Direction.REVERSE, reverse, back),
        )

    def _capacity(self, direction: Direction, told: Verdict, size: int) -> Capacity:
        return Capacity(
            self.target.id,
            direction,
            self.probe.name,
            time.monotonic(),
            told.outcome,
            told.rate,
            told.low,
            told.high,
            told.at_least,
            size,
            detail=told.detail,
        )

    def _nothing(self, outcome: Outcome) -> Verdict:
        if outcome is Outcome.TIMEOUT and self.strays:
            return Verdict(
                Outcome.MALFORMED, detail="what came is no STAMP reflector's answer"
            )
        packet = self.probe.packet
        words = {
            Outcome.TIMEOUT: "no answer: no STAMP reflector there, or packets of "
            f"{packet} bytes do not pass",
            Outcome.REFUSED: "nothing listens on the port: is there a STAMP reflector?",
            Outcome.TOO_BIG: f"packets of {packet} bytes do not fit the way there"
            + ("" if self.mtu is None else f", whose MTU is {self.mtu}"),
        }
        return Verdict(outcome, detail=words.get(outcome, ""))
