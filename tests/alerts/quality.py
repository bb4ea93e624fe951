"""When a class of service gets less than is promised for it."""

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from tests.alerts.promtool import Firing, Scenario, Times, counter, series

_WHERE = {
    **{"probe": "stamp", "target": "lerwick-gp-cpe1", "site": "lerwick-gp"},
    "class": "voice",
}
_MINUTES = 90


def _path(direction: str, name: str = "voice", probe: str = "stamp") -> dict[str, str]:
    others = {key: text for key, text in _WHERE.items() if key != "class"}
    return {**others, "probe": probe, "class_": name, "direction": direction}


def _promised(**marks: int) -> dict[str, str]:
    """Return the promise for voice, and how each class is marked."""
    always: Times = (1, _MINUTES)
    found: dict[str, str] = {}
    for metric, promise in (
        (catalogue.CLASS_DELAY_TARGET, 0.1),
        (catalogue.CLASS_VARIATION_TARGET, 0.05),
        (catalogue.CLASS_LOSS_TARGET, 0.001),
    ):
        found |= series(metric, (promise, _MINUTES), class_="voice")
    for name, mark in (marks or {"voice": 46}).items():
        times = (mark, _MINUTES)
        found |= series(catalogue.PROBE_SENT_DSCP, times, probe="stamp", class_=name)
    return found | _up(always)


def _up(*times: Times) -> dict[str, str]:
    labels = {"device": "lerwick-gp-cpe1", "site": "lerwick-gp"}
    return series(catalogue.DEVICE_UP, *times, **labels)


def _delays(
    *times: Times, direction: str = "round_trip", **other: str
) -> dict[str, str]:
    """Return a packet a second with these mean delays."""
    path = _path(direction, **other)
    total = [(None if mean is None else mean * 15, long) for mean, long in times]
    count = [(None if mean is None else 15, long) for mean, long in times]
    return counter(catalogue.PROBE_DELAY, *total, suffix="_sum", **path) | counter(
        catalogue.PROBE_DELAY, *count, suffix="_count", **path
    )


def _packets(
    metric: Metric, *times: Times, direction: str = "round_trip", **other: str
) -> dict[str, str]:
    """Return so many packets in every 15 seconds."""
    return counter(metric, *times, **_path(direction, **other))


def _missed(what: str, share: str, direction: str = "round_trip") -> Firing:
    window = "1h" if what == "loss" else "5m"
    whole = (
        "Only the round trip is measured, and compared with what both directions may "
        "come to together: one of them at least breaks its promise."
    )
    alone = f"It is the {direction} direction alone that does."
    return Firing(
        {**_WHERE, "direction": direction, "what": what},
        f"voice towards lerwick-gp-cpe1 misses its promise: {what}",
        f"The {what} of voice towards lerwick-gp-cpe1 (lerwick-gp), by stamp, is "
        f"{share} of what is promised, over {window}. "
        + (whole if direction == "round_trip" else alone),
    )


_SENT = _packets(catalogue.PROBE_SENT, (15, _MINUTES))
_VARIATION = catalogue.PROBE_DELAY_VARIATION

_CLASS_TARGET_MISSED = (
    Scenario(
        "ClassTargetMissed",
        "fire",
        "when round trips take more than two directions may",
        _promised() | _SENT | _delays((0.3, 20)),
        {4: [], 7: [_missed("mean delay", "150%")]},
    ),
    Scenario(
        "ClassTargetMissed",
        "fire",
        "for the direction that is at fault, where directions are told apart",
        _promised()
        | _SENT
        | _delays((0.21, 20))
        | _delays((0.15, 20), direction="forward")
        | _delays((0.06, 20), direction="reverse"),
        {4: [], 7: [_missed("mean delay", "150%", "forward")]},
    ),
    Scenario(
        "ClassTargetMissed",
        "fire",
        "when the delay varies too much",
        _promised()
        | _SENT
        | _delays((0.1, 20))
        | series(_VARIATION, (0.15, 20), **_path("round_trip")),
        {4: [], 7: [_missed("variation", "150%")]},
    ),
    Scenario(
        "ClassTargetMissed",
        "fire",
        "when a direction loses one packet in a hundred",
        _promised()
        | _packets(catalogue.PROBE_SENT, (100, 20))
        | _packets(catalogue.PROBE_LOST, (1, 20))
        | _packets(catalogue.PROBE_SENT, (100, 20), direction="forward")
        | _packets(catalogue.PROBE_LOST, (0, 20), direction="forward")
        | _packets(catalogue.PROBE_SENT, (100, 20), direction="reverse")
        | _packets(catalogue.PROBE_LOST, (1, 20), direction="reverse"),
        {4: [], 8: [_missed("loss", "1000%", "reverse")]},
    ),
    Scenario(
        "ClassTargetMissed",
        "no-fire",
        "just within the promise, for two lost packets, or for a few minutes",
        _promised()
        | _packets(catalogue.PROBE_SENT, (15, 40))
        | _packets(catalogue.PROBE_LOST, (0, 10), (1, 0.5), (0, 29.5))
        | _delays((0.19, 20), (0.5, 1), (0.1, 19))
        | series(_VARIATION, (0.09, 40), **_path("round_trip")),
        {minute: [] for minute in (8, 12, 19, 25, 39)},
    ),
    Scenario(
        "ClassTargetMissed",
        "no-fire",
        "for what an outage lost, while it lasts or after it",
        {
            **_promised(),
            **_packets(catalogue.PROBE_SENT, (15, 60)),
            **_packets(catalogue.PROBE_LOST, (0, 10), (15, 20), (0, 30)),
            **_up((1, 11), (0, 9), (None, 9), (1, 31)),
        },
        {minute: [] for minute in (12, 25, 31, 40, 59)},
    ),
    Scenario(
        "ClassTargetMissed",
        "no-fire",
        "for what no engine sends in the class, such as a check",
        _promised() | _delays((3, 20), probe="http") | _SENT,
        {minute: [] for minute in (8, 19)},
    ),
    Scenario(
        "ClassTargetMissed",
        "resolve",
        "a quarter of an hour after it is as promised again",
        _promised() | _SENT | _delays((0.3, 10), (0.1, 40)),
        {9: [_missed("mean delay", "150%")], 30: []},
    ),
)


def _unanswered() -> Firing:
    return Firing(
        _WHERE,
        "Nothing marked as voice gets through to lerwick-gp-cpe1",
        "lerwick-gp-cpe1 (lerwick-gp) answers stamp in other classes of service and in "
        "voice not at all: something on the way drops packets by their mark.",
    )


_TWO = (
    _promised(voice=46, bulk=8)
    | _SENT
    | _packets(catalogue.PROBE_SENT, (15, _MINUTES), name="bulk")
)
_CLASS_UNANSWERED = (
    Scenario(
        "ClassUnanswered",
        "fire",
        "when one class is dropped and another gets through",
        _TWO | _delays((0.1, 5), (None, 30)) | _delays((0.1, 35), name="bulk"),
        {9: [], 16: [_unanswered()]},
    ),
    Scenario(
        "ClassUnanswered",
        "no-fire",
        "when nothing gets through, which is another alert's to tell",
        _TWO
        | _delays((0.1, 5), (None, 30))
        | _delays((0.1, 5), (None, 30), name="bulk"),
        {minute: [] for minute in (6, 16, 30)},
    ),
    Scenario(
        "ClassUnanswered",
        "resolve",
        "ten minutes after it gets through again",
        _TWO
        | _delays((0.1, 5), (None, 15), (0.1, 30))
        | _delays((0.1, 50), name="bulk"),
        {18: [_unanswered()], 35: []},
    ),
)


def _arrived(*times: Times, direction: str = "forward") -> dict[str, str]:
    return series(catalogue.PROBE_RECEIVED_DSCP, *times, **_path(direction))


def _remarked(mark: int, direction: str = "forward") -> Firing:
    return Firing(
        {**_WHERE, "direction": direction},
        f"voice loses its mark towards lerwick-gp-cpe1, {direction}",
        "Packets of voice between here and lerwick-gp-cpe1 (lerwick-gp) arrive with "
        f"the code point {mark} in the {direction} direction, which is not the one "
        "they are sent with. From where they are marked anew they are queued as "
        "something else.",
    )


_DSCP_REMARKED = (
    Scenario(
        "DscpRemarked",
        "fire",
        "after a quarter of an hour, for the direction that does it",
        _promised() | _arrived((0, 30)) | _arrived((46, 30), direction="reverse"),
        {14: [], 16: [_remarked(0)]},
    ),
    Scenario(
        "DscpRemarked",
        "fire",
        "on the way back",
        _promised() | _arrived((46, 30)) | _arrived((8, 30), direction="reverse"),
        {14: [], 16: [_remarked(8, "reverse")]},
    ),
    Scenario(
        "DscpRemarked",
        "no-fire",
        "while marks are kept, or of a reflector that does not know of marks",
        _promised() | _arrived((46, 5), (None, 25)) | _arrived((0, 30), direction="x"),
        {16: [], 29: []},
    ),
    Scenario(
        "DscpRemarked",
        "no-fire",
        "of answers without a mark when nobody tells how packets came there",
        _promised() | _arrived((0, 30), direction="reverse"),
        {16: [], 29: []},
    ),
    Scenario(
        "DscpRemarked",
        "resolve",
        "a quarter of an hour after marks are kept",
        _promised() | _arrived((0, 20), (46, 30)),
        {19: [_remarked(0)], 40: []},
    ),
)

SCENARIOS = (*_CLASS_TARGET_MISSED, *_CLASS_UNANSWERED, *_DSCP_REMARKED)
