"""iperf3 run for real on loopback: what it shows, and what it says when it cannot."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bellrock.model.observation import Direction, Outcome
from probes.throughput import command
from probes.throughput.command import run_here
from probes.throughput.failure import NotMeasuredError
from probes.throughput.iperf3 import Iperf3, measure
from probes.throughput.settings import Protocol
from tests.probes.harness import PATIENCE, until
from tests.probes.throughput.server import free_port, iperf3_server
from tests.programs import need

TEST = Iperf3("127.0.0.1", rate=80e6, size=2_000_000, longest=10)

Install = Callable[[str], Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a shell script in iperf3's place."""

    def put(script: str) -> Path:
        program = tmp_path / "iperf3"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return tmp_path

    return put


async def failure(test: Iperf3) -> NotMeasuredError:
    with pytest.raises(NotMeasuredError) as caught:
        await measure(test, run_here)
    return caught.value


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("direction", [Direction.FORWARD, Direction.REVERSE])
async def test_both_directions_and_both_protocols_keep_to_rate_and_bytes(
    protocol: Protocol, direction: Direction
) -> None:
    async with iperf3_server() as port:
        test = replace(TEST, port=port, protocol=protocol, direction=direction)
        found = await measure(test, run_here)
    assert (found.direction, found.protocol) == (direction, protocol.value)
    assert found.payload == pytest.approx(test.size, rel=0.1)
    assert found.wire <= test.most
    assert (found.loss is None) == (protocol is Protocol.TCP)
    assert (found.sent_again is None) == (protocol is Protocol.UDP)
    if (protocol, direction) == (Protocol.TCP, Direction.FORWARD):
        assert found.round_trip is not None
        assert found.least_round_trip is not None


async def test_ipv6_is_measured_and_its_larger_header_counted() -> None:
    async with iperf3_server("::1") as port:
        found = await measure(replace(TEST, host="::1", port=port), run_here)
    segment = found.mtu - 40 - 20 - 12
    # What was sent, and perhaps not all read by the far side when it was asked.
    assert found.wire >= int(found.payload * found.mtu / segment)


async def test_a_test_that_would_last_too_long_counts_as_far_as_it_went() -> None:
    async with iperf3_server() as port:
        slow = replace(TEST, port=port, rate=8e6, size=50_000_000, longest=1)
        found = await measure(slow, run_here)
    assert 0 < found.payload < slow.size / 10


async def test_nobody_there_is_refused_and_a_name_that_is_none_unresolved() -> None:
    need("iperf3")
    there = await failure(replace(TEST, port=free_port()))
    assert there.outcome is Outcome.REFUSED
    assert "onnection refused" in there.detail
    named = await failure(replace(TEST, host="no-such-host.invalid"))
    assert named.outcome is Outcome.UNRESOLVED


async def test_a_busy_server_is_told_as_busy() -> None:
    async with iperf3_server() as port:
        long = replace(TEST, port=port, rate=1e6, size=10_000_000, longest=30)
        first = asyncio.create_task(measure(long, run_here))
        busy = replace(TEST, port=port)
        for _ in range(100):
            await asyncio.sleep(0.1)
            with contextlib.suppress(NotMeasuredError):
                await measure(busy, run_here)
                continue
            break
        error = await failure(busy)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert error.outcome is Outcome.REFUSED
    assert "busy" in error.detail


async def test_a_server_that_says_nothing_is_a_timeout() -> None:
    need("iperf3")

    async def silent(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writers.append(writer)

    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(replace(TEST, port=port, longest=0.5))
        for writer in writers:
            writer.close()
    assert error.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize("first", [b"", b"\x02", b"\xff" * 64])
async def test_a_far_side_that_is_no_iperf3_is_some_word_and_no_figure(
    first: bytes,
) -> None:
    need("iperf3")

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(first)
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(replace(TEST, port=port, longest=2))
    assert error.outcome is not Outcome.SUCCESS


async def test_a_server_killed_in_mid_test_is_a_reset_or_a_timeout() -> None:
    async with iperf3_server() as port:
        long = replace(TEST, port=port, rate=1e6, size=10_000_000, longest=3)
        running = asyncio.create_task(failure(long))
        await asyncio.sleep(0.8)
    error = await running
    assert error.outcome in {Outcome.RESET, Outcome.TIMEOUT, Outcome.REFUSED}


async def test_a_missing_program_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = await failure(TEST)
    assert error.outcome is Outcome.UNSUPPORTED
    assert "apt install iperf3" in error.detail


@pytest.mark.parametrize("turns", [2, 100])
async def test_cancelling_ends_the_program_and_its_children(
    install: Install, tmp_path: Path, turns: int
) -> None:
    install(f"cd {tmp_path}; sleep 1000 & echo $$ $! >new; mv new pids; wait")
    running = asyncio.create_task(measure(TEST, run_here))
    # After a few turns it runs, and asyncio does not know yet.
    for _ in range(turns):
        await asyncio.sleep(0)
    _hold_up_until_it_has_written(tmp_path / "pids")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, PATIENCE)
    for pid in map(int, (tmp_path / "pids").read_text().split()):
        await until(lambda pid=pid: not _runs(pid))  # type: ignore[misc]


def _hold_up_until_it_has_written(file: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not file.exists() and time.monotonic() < until:
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    """Return whether it does more than wait to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def test_a_program_that_will_not_end_is_killed(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "GRACE", 0.2)
    install("trap '' TERM; while :; do sleep 0.05; done")
    error = await failure(replace(TEST, longest=0.2))
    assert error.outcome is Outcome.TIMEOUT
    assert "killed" in error.detail


async def test_a_program_that_writes_without_end_is_killed(install: Install) -> None:
    install("exec yes")
    error = await failure(TEST)
    assert error.outcome is Outcome.TOO_BIG


async def test_our_environment_is_not_handed_on(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_PASSWORD", "hunter2")
    install("env >&2")
    error = await failure(TEST)
    assert "hunter2" not in error.detail
    assert "SOME_PASSWORD" not in error.detail


async def test_descriptors_do_not_pile_up() -> None:
    need("iperf3")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        await failure(replace(TEST, port=free_port()))
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_the_command_line_always_has_a_cap_on_rate_and_bytes() -> None:
    words = replace(TEST, direction=Direction.REVERSE, dscp=46).command()
    assert words[:3] == ("iperf3", "--client", "127.0.0.1")
    for option, value in (
        ("--bitrate", "80000000"),
        ("--bytes", "2000000"),
        ("--dscp", "46"),
    ):
        assert words[words.index(option) + 1] == value
    assert "--reverse" in words
    assert socket.inet_aton(words[2])
