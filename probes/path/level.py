"""How often a hop is asked: routers ration what they answer, and some are silent."""

from dataclasses import dataclass

_ATTEMPTS = 4
_ATTEMPTS_IN_SILENCE = 2
_FLOWS_IN_SILENCE = 6
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 1.0
_EASED = 0.85
_IN_VAIN = 4


@dataclass(slots=True)
class Level:
    """What is known of one TTL, whatever the flow.

    Attributes
    ----------
    asked, answered, refused : int
        Flows that asked it, answers, and how many of these said that there is no way.
    wait : float
        Seconds to leave between two packets: routers ration what they answer.
    ready : float
        When the next may be sent.
    out, forgiven : int
        Packets on their way, and those among them that were when the wait was last
        made longer: that they are lost too says nothing new.
    vain : int
        Packets in a row that were sent again and not answered either.
    patience : int
        Packets that a flow may send here once anyone has answered; before that 0.
    """

    asked: int = 0
    answered: int = 0
    refused: int = 0
    wait: float = 0.0
    ready: float = 0.0
    out: int = 0
    forgiven: int = 0
    vain: int = 0
    patience: int = 0

    @property
    def split(self) -> bool:
        """Whether some routers here are silent, rather than slow to answer."""
        return self.vain >= _IN_VAIN

    @property
    def worth_waiting(self) -> bool:
        """Whether who does not answer now may say something new later."""
        return self.answered > self.refused and not self.split

    def allowed(self, flow: int) -> int:
        """Return how many packets of a flow may be sent here."""
        if self.answered:
            return self.patience
        if flow == 0:
            return _ATTEMPTS_IN_SILENCE
        return 1 if self.asked < _FLOWS_IN_SILENCE else 0

    def sent(self, now: float, *, again: bool) -> None:
        """Take note of a packet on its way; `again` if not its flow's first here."""
        self.asked += not again
        self.ready = now + self.wait
        self.out += 1

    def settled(self) -> None:
        """Take note that a packet is on its way no more."""
        self.out -= 1
        if self.forgiven:
            self.forgiven -= 1

    def heard(self, *, refused: bool, again: bool) -> bool:
        """Take an answer, `again` if one that only asking again brought.

        Returns
        -------
        bool
            Whether flows may send more packets here, or fewer, than they might before.
        """
        if self.wait:
            eased = self.wait * _EASED
            self.wait = 0.0 if self.wait < _FIRST_WAIT / 4 else eased
        if self.answered and not (refused or self.refused or self.vain):
            # As nearly always: one more answer where all were.
            self.answered += 1
            return False
        self.answered += 1
        self.refused += refused
        if again:
            self.vain = 0
        return self._judge()

    def lost(self, *, again: bool) -> bool:
        """Take a loss; return whether flows may send fewer packets here from now on.

        Where others are answered the router rations its answers, or the network loses
        some: later it may be answered. Or it is one of several routers, and the only
        silent one.
        """
        if not self.worth_waiting:
            return False
        self.vain += again
        if self._judge():
            self.wait = 0.0
            return True
        if not self.forgiven:
            self.wait = min(_LONGEST_WAIT, max(_FIRST_WAIT, 2 * self.wait))
            self.forgiven = self.out
        return False

    def _judge(self) -> bool:
        """Say how many packets are worth while by now; return whether that is news."""
        before = self.patience
        self.patience = _ATTEMPTS if self.worth_waiting else 1
        return self.patience != before
