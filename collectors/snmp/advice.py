"""What the outcome of a poll most likely means, and what a person can do about it."""

from collections.abc import Mapping

from bellrock.model.observation import Outcome

_V2C_SILENCE = (
    "Nothing came back. The device is off, or something on the way drops UDP, or its "
    "access list does not name this machine, or the community is wrong: an agent "
    "answers a wrong one with silence. Ping it; then compare community and access list."
)
_V3_SILENCE = (
    "Nothing came back. The device is off, or something on the way drops UDP, or its "
    "access list does not name this machine: an SNMPv3 agent would have told a "
    "stranger who it is. Ping it; then look at filters and access lists."
)
_SLOW = (
    "The device answers, and not all of it in time. Its agent is slow or very busy, or "
    "the path loses packets: --explain shows which requests met silence. Look at the "
    "device's CPU, or raise interval or timeout under collectors: snmp:."
)
_MEANINGS: Mapping[Outcome, str] = {
    Outcome.REFUSED: (
        "The machine is there, and nothing listens on that port. Start its SNMP agent "
        "on this address, or set the port in the inventory: ports: {snmp: N}."
    ),
    Outcome.RESET: "The device broke off. Look at its log.",
    Outcome.UNRESOLVED: (
        "The inventory's address is none. Write the device's IPv4 or IPv6 address."
    ),
    Outcome.UNREACHABLE: (
        "No way leads there from this machine: no route, a link down on the way, or a "
        "filter that says so. Try traceroute; compare the address with the device."
    ),
    Outcome.AUTH: (
        "The device is there and does not accept who we are. Compare user, protocols "
        "and passwords, or the view that the device grants us, on both sides."
    ),
    Outcome.TIME_WINDOW: (
        "The device's engine clock or boot counter does not agree with what it said "
        "before. Once, after a restart, that mends itself with the next poll; if it "
        "stays, the device loses its boot counter, or two devices share an engine id."
    ),
    Outcome.TOO_BIG: (
        "Not even a single variable fits what the agent may send. Raise its largest "
        "message size to 1500 octets or more."
    ),
    Outcome.MALFORMED: (
        "What came back breaks the rules of SNMP, so nothing of it can be relied on. "
        "Is it an SNMP agent that listens there? If so, look for newer software."
    ),
    Outcome.UNSUPPORTED: (
        "The agent works and does not show what was asked for. Allow the user or "
        "community to read .1.3.6.1.2.1 (MIB-2); some agents must be told to load "
        "IF-MIB."
    ),
    Outcome.MISMATCH: "The device answered something else than was asked.",
}


def advice(outcome: Outcome, version: object, *, answered: bool) -> str:
    """Return a few sentences for whoever has to mend it; empty for a success.

    Parameters
    ----------
    version : object
        Of SNMP, as the settings have it.
    answered : bool
        Whether anything was read before it failed.
    """
    if outcome is not Outcome.TIMEOUT:
        return _MEANINGS.get(outcome, "")
    if answered:
        return _SLOW
    return _V3_SILENCE if version == 3 else _V2C_SILENCE
