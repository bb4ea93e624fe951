"""Why a datagram on the trap port was not taken."""

from enum import StrEnum


class Refusal(StrEnum):
    """One word, as the ``reason`` label."""

    UNKNOWN_SENDER = "unknown_sender"
    """From no address, and no SNMPv3 engine, of the inventory."""
    OVERRUN = "overrun"
    """The kernel's buffer was full before we came to it."""
    CROWDED = "crowded"
    """Came faster than we work; newer ones of the device were kept."""
    REPEATED = "repeated"
    """Waits already, to the octet the same."""
    TOO_BIG = "too_big"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    """SNMP, but neither a trap nor an inform."""
    COMMUNITY = "wrong_community"
    USER = "unknown_user"
    LEVEL = "security_level"
    """Signed or encrypted otherwise than the user's entry says."""
    ENGINE = "unknown_engine"
    """An inform to another engine than ours; its sender is told which is."""
    AUTH = "wrong_digest"
    DECRYPTION = "decryption"
    TIME_WINDOW = "time_window"
    """An old message, or one to an earlier boot of ours."""
