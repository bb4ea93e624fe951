"""From what was let in to what it says: pysnmp behind our own clock and manners."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3message import AUTH, SecuredMessage
from collectors.traps import reply
from collectors.traps.door import Admitted
from collectors.traps.identity import Identity
from collectors.traps.interpreter import Interpreter, Reading
from collectors.traps.refusal import Refusal
from collectors.traps.senders import Known

_ENGINES = 512
"""Engines that no poll knows, whose time is remembered."""
_SHORT, _MORE = 256, 64
"""Octets of an answer: it may be short, as a report of who we are is, or as long as
what it answers and a header more; we are nobody's amplifier."""


class Reader:
    """Reads what the door has admitted.

    Parameters
    ----------
    identity : Identity
        Who we are to those who send informs.
    """

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self._interpreter = Interpreter(identity)
        self._users: set[User] = set()
        self._agents: OrderedDict[tuple[str, bytes], Agent] = OrderedDict()
        self._misled = 0

    def accept(self, communities: Iterable[bytes], users: set[User]) -> None:
        """Take notices that are secured by these, and forget the keys of others."""
        if self._users - users:
            self._interpreter = Interpreter(self.identity)
        self._users = users
        self._interpreter.accept(communities)

    def read(self, admitted: Admitted) -> Reading:
        """Return what a datagram says, or why it is not taken, and answers to it."""
        secured = admitted.seen.secured
        if admitted.misled and secured is not None:
            self._misled += 1
            report = reply.unknown_engine(self.identity, secured, self._misled)
            reading = Reading(refusal=Refusal.ENGINE, answers=(report,))
        elif admitted.users and secured is not None:
            reading = self._read_secured(admitted, secured)
        else:
            reading = self._interpreter.read(admitted.datagram)
        return replace(reading, answers=tuple(_polite(admitted, reading.answers)))

    def _read_secured(self, admitted: Admitted, secured: SecuredMessage) -> Reading:
        reading = Reading(refusal=Refusal.AUTH)
        for user in admitted.users:
            self._interpreter.expect(secured.engine_id, user)
            reading = self._interpreter.read(admitted.datagram)
            if reading.refusal is not Refusal.AUTH:
                break
        if reading.variables is not None and not self._in_time(admitted.known, secured):
            return Reading(refusal=Refusal.TIME_WINDOW)
        return reading

    def _in_time(self, known: Known, secured: SecuredMessage) -> bool:
        """Return whether a genuine message is of now (RFC 3414, section 3.2, 7).

        pysnmp sees to informs, whose time is ours; of a trap it believes whatever
        time it bears.
        """
        if secured.engine_id == self.identity.engine_id or not secured.flags & AUTH:
            return True
        agent = known.agent
        if agent is None or agent.engine_id != secured.engine_id:
            key = known.device, secured.engine_id
            agent = self._agents.pop(key, None) or Agent(secured, User(b""))
            self._agents[key] = agent
            if len(self._agents) > _ENGINES:
                self._agents.popitem(last=False)
        return agent.in_window(secured)


def _polite(admitted: Admitted, answers: Iterable[bytes]) -> Iterator[bytes]:
    longest = max(_SHORT, len(admitted.datagram) + _MORE)
    if admitted.answerable:
        yield from (answer for answer in answers if len(answer) <= longest)
