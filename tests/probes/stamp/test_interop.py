"""STAMP as others understand it: tshark, scapy, and a TWAMP-Light reflector."""

import asyncio
import calendar
import json
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scapy.contrib.stamp import (
    STAMPSessionReflectorTestUnauthenticated,
    STAMPSessionSenderTestUnauthenticated,
)

from bellrock.model.observation import Outcome
from probes.stamp.sender import StampProbe
from probes.target import Target
from tests.probes.harness import PATIENCE, Reports, running, until
from tests.programs import need

from .test_directions import hop
from .twamp_light import ntp, twamp_light

QUICK = {"interval": 0.02, "deadline": 5, "report": 0.02}
RAW_IP = 101


async def exchange(**options: object) -> tuple[bytes, bytes]:
    """Return the first question and its answer as they passed on the wire."""
    passed: tuple[list[bytes], list[bytes]] = ([], [])
    reports = Reports()
    async with hop() as (made, _):
        made.drops = [lambda data: note(passed[0], data), lambda d: note(passed[1], d)]
        probe = StampProbe.model_validate(QUICK | options)
        engine = probe.engine([Target("a", "127.0.0.1", made.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 1)
    return passed[0][0], passed[1][0]


def note(passed: list[bytes], data: bytes) -> bool:
    passed.append(data)
    return False


def capture(path: Path, datagrams: list[tuple[int, int, bytes]]) -> None:
    """Write a pcap file of UDP over IPv4: source port, destination port, payload."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
        for source, destination, payload in datagrams:
            udp = struct.pack("!HHHH", source, destination, 8 + len(payload), 0)
            size = 20 + len(udp) + len(payload)
            ip = struct.pack(
                *("!BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 255, 17, 0),
                *(b"\x7f\0\0\1", b"\x7f\0\0\2"),
            )
            file.write(struct.pack("<IIII", 1, 0, size, size) + ip + udp + payload)


def decoded(path: Path) -> list[dict[str, str]]:
    """Return what tshark makes of each packet's payload."""
    done = subprocess.run(
        (
            *(need("tshark"), "-r", path, "-d", "udp.port==862,twamp.test"),
            *("-T", "json", "-J", "twamp.test"),
        ),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    layers = [each["_source"]["layers"] for each in json.loads(done.stdout)]
    return [layer["twamp.test"] for layer in layers]


async def test_tshark_reads_both_packets_as_we_mean_them(tmp_path: Path) -> None:
    before = time.time()
    question, answer = await exchange()
    after = time.time()
    capture(tmp_path / "a.pcap", [(40_000, 862, question), (862, 40_000, answer)])
    asked, answered = decoded(tmp_path / "a.pcap")
    assert asked["twamp.test.seq_number"] == "1"
    assert answered["twamp.test.seq_number"] == "0"
    assert answered["twamp.test.sender_seq_number"] == "1"
    assert answered["twamp.test.sender_timestamp"] == asked["twamp.test.timestamp"]
    estimate = asked["twamp.test.error_estimate"]
    assert answered["twamp.test.sender_error_estimate"] == estimate
    assert answered["twamp.test.sender_ttl"] == "64"  # the hop's own
    times = [
        moment(said)
        for said in (
            asked["twamp.test.timestamp"],
            answered["twamp.test.receive_timestamp"],
            answered["twamp.test.timestamp"],
        )
    ]
    assert before - 1 <= times[0] <= times[1] <= times[2] <= after + 1


def moment(said: str) -> float:
    """Read tshark's "Nov 27, 2026 07:11:26.105627418 UTC"."""
    whole, fraction = said.removesuffix(" UTC").split(".")
    parsed = time.strptime(whole, "%b %d, %Y %H:%M:%S")
    return float(f"{calendar.timegm(parsed)}.{fraction}")


async def test_scapy_reads_the_extensions_as_we_mean_them() -> None:
    question, answer = await exchange(
        session=4711, cos=True, direct_measurement=True, location=True, padding=20
    )
    asked = STAMPSessionSenderTestUnauthenticated(question)
    answered = STAMPSessionReflectorTestUnauthenticated(answer)
    assert asked.ssid == answered.ssid == 4711
    assert asked.seq == answered.seq_sender == 1
    kinds = [(4, 4), (5, 12), (2, 44), (1, 16)]
    for packet, unrecognised in ((asked, True), (answered, False)):
        assert [(tlv.type, tlv.len) for tlv in packet.tlv_objects] == kinds
        # scapy counts flags from the other end than figure 4 does: U is the first bit.
        flags = [int(tlv.flags) for tlv in packet.tlv_objects]
        assert flags == [0x80 if unrecognised else 0] * 4
    counts = struct.unpack("!III", answered.tlv_objects[1].value)
    assert counts == (1, 1, 1)
    assert len(question) == len(answer)


@contextmanager
def light_or_not(kind: str) -> Iterator[int]:
    padded, counts = "padded" in kind, "counting" in kind
    with twamp_light(padded=padded, counts=counts) as port:
        yield port


@pytest.mark.parametrize(
    "kind", ["short", "padded", "short counting", "padded counting"]
)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding": 100},
        {"session": 7, "cos": True, "direct_measurement": True, "location": True},
    ],
    ids=["plain", "padding", "extensions"],
)
async def test_a_twamp_light_reflector_is_measured_whatever_we_ask(
    kind: str, options: dict[str, object]
) -> None:
    reports = Reports()
    with light_or_not(kind) as port:
        probe = StampProbe.model_validate(QUICK | options)
        engine = probe.engine([Target("a", "127.0.0.1", port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 5)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}
    assert engine.counts.strays == 0
    told = [each.forward for each in reports.all["a"] if each.forward]
    if "counting" in kind:
        assert sum(way.sent for way in told) >= 5
        assert sum(way.lost for way in told) == 0
    # It knows nothing of marks.
    assert all(way.dscp is None for way in told)


async def test_a_twamp_light_sender_is_answered_by_our_reflector() -> None:
    asked = (3).to_bytes(4) + ntp(time.time()) + b"\x80\x01" + bytes(27)
    async with hop() as (_, reflector):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(PATIENCE):
                place = ("127.0.0.1", reflector.port)
                await loop.sock_sendto(sock, asked, place)
                answer = await loop.sock_recv(sock, 2048)
    # Section 4.2.1: 41 octets, the last the TTL that the question came with.
    assert len(answer) == 41
    assert answer[24:38] == asked[:14]
    assert answer[40] == 64
