"""What the outcome of a poll over SSH most likely means, and what to do about it."""

from collections.abc import Mapping

from bellrock.model.observation import Outcome

_MEANINGS: Mapping[Outcome, str] = {
    Outcome.TIMEOUT: (
        "The device did not answer in time. It is off, a filter drops TCP on the way, "
        "or it is very busy. Ping it; then log in by hand from this machine."
    ),
    Outcome.REFUSED: (
        "The machine is there, and nothing listens on that port. Start its SSH server, "
        "or set the port in the inventory: ports: {ssh: N}."
    ),
    Outcome.RESET: (
        "The connection was closed under us. Look at the device's log: a limit on "
        "sessions, an access list, or a restart."
    ),
    Outcome.UNREACHABLE: (
        "No way leads there from this machine: no route, a link down on the way, or a "
        "filter that says so. Try traceroute; compare the address with the device."
    ),
    Outcome.AUTH: (
        "The device is there and does not let us in, or not do this. Compare user, key "
        "and password, and what the account may run, on both sides."
    ),
    Outcome.HOST_KEY: (
        "The device does not show the key that known_hosts has for it, or none is "
        "known. If it was replaced, put its new key there; else find out who answers."
    ),
    Outcome.TOO_BIG: "An output that does not end. Is it this platform?",
    Outcome.MALFORMED: (
        "What came back is not what this platform's commands print. Compare platform "
        "in the inventory with what the device is."
    ),
    Outcome.UNSUPPORTED: (
        "The device does not have what was asked for, or not for this account. Compare "
        "platform in the inventory; log in by hand and try the command."
    ),
}


def advice(outcome: Outcome) -> str:
    """Return a few sentences for whoever has to mend it; empty for a success."""
    return _MEANINGS.get(outcome, "")
