"""Authenticated mode: both ends on real sockets, and those who would deceive them."""

import asyncio
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from bellrock.config.secrets import relative_to
from bellrock.model.observation import Outcome
from probes.stamp.packet import UNSIGNED, Reply, Signed, to_ntp
from probes.stamp.sender import StampProbe
from probes.target import Target
from tests.probes.harness import PATIENCE, Reports, running, until

from .between import some
from .reference import Address, Reference, reference
from .test_directions import hop, ways

QUICK = {"interval": 0.02, "deadline": 0.3, "report": 0.02}
SECRET = "a secret of the test's own"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(f"{SECRET}\n")
    return path


async def test_both_ends_measure_each_direction_and_extensions(key: Path) -> None:
    reports = Reports()
    probe = StampProbe.model_validate(
        {"interval": 0.01, "deadline": 5, "report": 0.02}
        | {"key_file": key, "cos": True, "padding": 30}
    )
    async with hop(key_file=key) as (made, reflector):
        engine = probe.engine([Target("a", "127.0.0.1", made.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 5)
            made.drops = [some(0.1, seed=3), some(0.1, seed=4)]
            await until(lambda: min(made.dropped) >= 3)
            made.drops = [lambda _: False] * 2
            sent = ways(reports.all["a"])[0].sent
            await until(lambda: ways(reports.all["a"])[0].sent >= sent + 100)
    forward, reverse = ways(reports.all["a"])
    assert [forward.lost, reverse.lost] == made.dropped
    assert any(each.forward and each.forward.dscp == 0 for each in reports.all["a"])
    assert reflector.counts.ignored == 0
    assert engine.counts.strays == 0


def unsigned(peer: Reference, packet: bytes, source: Address) -> None:
    """Answer as a reflector without the key would."""
    copied = packet[0:4] + packet[16:24] + packet[24:26]
    answer = bytes(24) + copied + bytes(112 - 38)
    peer.transport.sendto(answer, source)


def guessed(peer: Reference, packet: bytes, source: Address) -> None:
    """Answer with another key's signature."""
    reply = Signed(b"somebody else's").reply
    stamp = to_ntp(time.time_ns())
    number, asked = int.from_bytes(packet[:4]), int.from_bytes(packet[16:24])
    whole = (number, stamp, 0x8001, 0, stamp, number, asked)
    peer.transport.sendto(reply(Reply(*whole), 1, 64), source)


def echoed(peer: Reference, packet: bytes, source: Address) -> None:
    """Send the sender's own truly signed packet back."""
    peer.transport.sendto(packet, source)


@pytest.mark.parametrize("answer", [unsigned, guessed, echoed])
async def test_an_answer_that_is_not_truly_signed_is_a_stray(
    answer: Callable[[Reference, bytes, Address], None], key: Path
) -> None:
    reports = Reports()
    probe = StampProbe.model_validate({**QUICK, "key_file": key})
    async with reference(answer) as peer:
        engine = probe.engine([Target("a", "127.0.0.1", peer.port)], report=reports)
        async with running(engine):
            await until(lambda: reports.outcomes("a")[Outcome.TIMEOUT] >= 3)
            await until(lambda: engine.counts.strays >= 3)
    assert reports.outcomes("a").keys() == {Outcome.TIMEOUT}


async def test_a_reflector_with_a_key_answers_nobody_without(key: Path) -> None:
    true = Signed(SECRET.encode()).request(1, to_ntp(time.time_ns()), 1, 0)
    forged = true[:-1] + bytes((true[-1] ^ 1,))
    async with hop(key_file=key) as (_, reflector):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            place = ("127.0.0.1", reflector.port)
            for packet in (UNSIGNED.request(1, 2, 3, 0), forged, true[:100]):
                sock.sendto(packet, place)
            await until(lambda: reflector.counts.ignored == 3)
            loop = asyncio.get_running_loop()
            await loop.sock_sendto(sock, true, place)
            async with asyncio.timeout(PATIENCE):
                answer = await loop.sock_recv(sock, 2048)
    assert len(answer) == len(true)
    # Nothing forged was counted.
    assert answer[:4] == bytes(4)


def test_keys_come_from_files_or_variables_and_are_never_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAMP_KEY", SECRET)
    probe = StampProbe.model_validate({"key_env": "STAMP_KEY"})
    assert SECRET not in repr(probe) + str(probe.model_dump())
    short = tmp_path / "short"
    short.write_text("hush")
    for settings in (
        {"key_file": short},
        {"key_file": tmp_path / "none"},
        {"key_file": short, "key_env": "STAMP_KEY"},
    ):
        with pytest.raises(ValidationError) as wrong:
            StampProbe.model_validate(settings)
        assert SECRET not in str(wrong.value)
        assert "hush" not in str(wrong.value)


def test_a_key_beside_the_settings_is_found_from_elsewhere_too(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with relative_to(key.parent):
        probe = StampProbe.model_validate({"key_file": key.name})
    monkeypatch.chdir("/")
    again = StampProbe.model_validate(probe.model_dump())
    assert again.mode().key == probe.mode().key == SECRET.encode()
