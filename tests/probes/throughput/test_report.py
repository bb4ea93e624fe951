"""What an iperf3 may write, and a hostile far side make it write."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bellrock.model.observation import Direction, Outcome
from bellrock.model.transfer import Transfer
from probes.throughput.failure import NotMeasuredError
from probes.throughput.figures import capacity
from probes.throughput.report import complaint, read, transfer


def written(
    rates: list[float], *, received: int | None = None, **more: Any
) -> dict[str, Any]:
    """Return a report of seconds at these rates, in bit/s of payload."""
    intervals = [
        {
            "streams": [],
            "sum": {
                "start": float(at),
                "end": at + 1.0,
                "seconds": 1.0,
                "bytes": int(rate / 8),
            },
        }
        for at, rate in enumerate(rates)
    ]
    total = sum(int(rate / 8) for rate in rates)
    whole = {"start": 0, "end": float(len(rates)), "seconds": float(len(rates))}
    return {
        "start": {
            "connected": [{"remote_host": "192.0.2.1"}],
            "tcp_mss_default": 1448,
        },
        "intervals": intervals,
        "end": {
            "streams": [{"sender": {"mean_rtt": 30_000, "min_rtt": 10_000}}],
            "sum_sent": {**whole, "bytes": total, "retransmits": 3},
            "sum_received": {**whole, "bytes": total if received is None else received},
        },
        **more,
    }


def shown(document: object, protocol: str = "tcp", cap: float = 1e9) -> Transfer:
    report = read(json.dumps(document).encode())
    return transfer(report, Direction.FORWARD, protocol, cap)


def test_capacity_is_that_of_ip_packets_once_tcp_has_got_up_to_speed() -> None:
    found = shown(written([20e6, 60e6, *[96.5e6] * 8]))
    assert found.capacity == pytest.approx(96.5e6 * 1500 / 1448, rel=1e-6)
    assert found.rate == pytest.approx((80e6 + 8 * 96.5e6) / 10, rel=1e-6)
    assert found.error == pytest.approx(0, abs=1e3)
    assert not found.capped
    assert (found.mtu, found.sent_again) == (1500, 3 * 1448)
    assert (found.round_trip, found.least_round_trip) == (0.03, 0.01)


def test_what_is_still_on_its_way_at_the_end_widens_the_bound() -> None:
    document = written([96e6] * 10)
    document["end"]["sum_received"].update(end=11.0, seconds=11.0)
    found = shown(document)
    low, high = 96e6 * 6 / 7, 96e6
    factor = 1500 / 1448
    assert found.capacity == pytest.approx((low + high) / 2 * factor, rel=1e-3)
    assert found.error == pytest.approx((high - low) / 2 * factor, rel=1e-3)


def test_at_the_cap_it_is_the_cap_that_held_it() -> None:
    assert shown(written([99e6] * 5), cap=100e6).capped
    assert not shown(written([90e6] * 5), cap=100e6).capped


def test_of_udp_only_what_arrived_counts() -> None:
    document = written([100e6] * 10)
    document["start"]["test_start"] = {"blksize": 1448}
    document["end"]["sum_received"].update(lost_packets=20, packets=100, jitter_ms=0.5)
    found = shown(document, "udp")
    assert found.loss == 0.2
    assert found.variation == 0.0005
    assert found.rate == pytest.approx(80e6, rel=1e-3)
    assert found.capacity == pytest.approx(80e6 * 1476 / 1448, rel=1e-3)
    assert found.sent_again is None


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("unable to connect to server: Connection refused", Outcome.REFUSED),
        ("unable to connect to server: Connection timed out", Outcome.TIMEOUT),
        ("unable to connect to server: No route to host", Outcome.UNREACHABLE),
        ("unable to connect to server: Network is unreachable", Outcome.UNREACHABLE),
        (
            "unable to connect to server: Resource temporarily unavailable",
            Outcome.UNRESOLVED,
        ),
        ("error - the server is busy running a test. try again later", Outcome.REFUSED),
        ("control socket has closed unexpectedly", Outcome.RESET),
        ("the server has terminated", Outcome.RESET),
        ("test authorization failed", Outcome.AUTH),
        ("something nobody has heard of", Outcome.MISMATCH),
    ],
)
def test_errors_are_told_in_one_word_and_iperf3s_own(
    said: str, outcome: Outcome
) -> None:
    error = complaint(said)
    assert error.outcome is outcome
    assert said in error.detail


@pytest.mark.parametrize("cap", [1e9, 97e6])
def test_a_transfer_that_was_ended_early_has_figures_and_says_so(cap: float) -> None:
    early = "interrupt - the client has terminated by signal Terminated(15)"
    found = shown(written([96.5e6] * 10, error=early), cap=cap)
    assert found.capped == (cap < 1e8)
    assert found.rate == pytest.approx(96.5e6)
    assert found.complaint == f"iperf3: {early}"
    told = capacity(found, "far", "iperf3", 0.0)
    assert told.at_least == found.capped
    assert told.detail.endswith(found.complaint)
    assert shown(written([96.5e6] * 10)).complaint == ""


@pytest.mark.parametrize("said", ["the server has terminated", "what is this"])
def test_any_other_error_leaves_no_figure_whatever_numbers_there_are(
    said: str,
) -> None:
    with pytest.raises(NotMeasuredError, match=said):
        shown(written([96.5e6] * 10, error=said), cap=97e6)


def test_what_a_stranger_says_is_one_short_printable_line() -> None:
    error = complaint("x\x1b[31m\n\r" + "y" * 5000)
    assert error.detail.isprintable()
    assert len(error.detail) < 250


@pytest.mark.parametrize(
    "output",
    [
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"end": {"sum_sent": {"bytes": -1}}}',
        b'{"end": {"sum_sent": {"bytes": 1e400}}}',
        b'{"end": {"sum_sent": {"seconds": NaN}}}',
        b'{"end": {"sum_sent": {"bytes": "lots"}}}',
        b'{"end": {"sum_sent": {"bytes": 99999999999999999999999999}}}',
        b"[" * 100_000,
        b'{"intervals": [' + b'{"sum": {}},' * 100_001 + b'{"sum": {}}]}',
    ],
)
def test_what_is_no_report_is_malformed(output: bytes) -> None:
    with pytest.raises(NotMeasuredError) as caught:
        read(output)
    assert caught.value.outcome is Outcome.MALFORMED
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"end": {}},
        written([]),
        written([0.0] * 3),
        {"end": {"sum_sent": {"bytes": 10}, "sum_received": {"bytes": 10}}},
    ],
)
def test_a_report_without_a_transfer_is_no_figure(document: object) -> None:
    with pytest.raises(NotMeasuredError):
        shown(document)


_KEYS = ["bytes", "seconds", "end", "start", "packets", "lost_packets"]
_numbers = st.one_of(
    st.integers(-5, 10**16), st.floats(allow_nan=True), st.none(), st.text(max_size=3)
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(
            ["bytes", "seconds", "end", "start", "packets", "lost_packets"]
        ),
        _numbers,
    ),
    st.lists(st.dictionaries(st.sampled_from(["bytes", "seconds", "end"]), _numbers)),
    st.sampled_from(["tcp", "udp"]),
)
def test_whatever_numbers_it_has_the_figures_are_finite_or_none(
    received: dict[str, object], sums: list[dict[str, object]], protocol: str
) -> None:
    document = written([1e6] * 3)
    document["end"]["sum_received"].update(received)
    document["intervals"] = [{"sum": each} for each in sums]
    try:
        found = shown(document, protocol)
    except NotMeasuredError:
        return
    for value in (found.rate, found.capacity, found.error):
        assert 0 <= value < 1e30
    assert found.loss is None or 0 <= found.loss <= 1
