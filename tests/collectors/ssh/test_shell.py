"""Command lines that are typed into: prompts, pages, echoes, and what goes wrong."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import asyncssh
import pytest

from bellrock.model.observation import DeviceReading, Outcome
from collectors.ssh.collector import SshCollector
from tests.collectors.ssh.device import (
    FRR_ANSWERS,
    answering,
    credentials,
    device,
    recorded,
    settings,
)

BANNER = b"\r\n*** Authorised use only! Unauthorised users: go # away ***\r\n\r\n"
PROMPT = b"edge-1(vrf)>"


class Terminal(asyncssh.SSHServerSession[bytes]):
    """A router that runs no single commands, and repeats what is typed."""

    def __init__(self, page: int = 0, prompt: bytes = PROMPT) -> None:
        self.page = page
        self.prompt = prompt
        self.typed = b""
        self.left: list[bytes] = []

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self.chan = chan

    def pty_requested(self, *_: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, _command: str) -> bool:
        return False

    def session_started(self) -> None:
        self.chan.write(BANNER + self.prompt)

    def data_received(self, data: bytes, _datatype: int | None) -> None:
        if self.left:
            self.chan.write(b"\b" * 9 + b" " * 9 + b"\b" * 9)
            self.show()
            return
        self.chan.write(data.replace(b"\n", b"\r\n"))
        self.typed += data
        while b"\n" in self.typed:
            line, _, self.typed = self.typed.partition(b"\n")
            self.obey(line.decode())

    def obey(self, command: str) -> None:
        text = self.screen(command) or "% Unknown command."
        lines = text.strip("\n").splitlines()
        self.left = [b"%b\r\n" % line.encode() for line in lines]
        if command.startswith("terminal"):
            self.left = []
        self.show()

    def screen(self, command: str) -> str | None:
        name = FRR_ANSWERS.get(command)
        return None if name is None else recorded(name)

    def show(self) -> None:
        size = self.page or len(self.left)
        self.chan.write(b"".join(self.left[:size]))
        self.left = self.left[size:]
        self.chan.write(b" --More-- " if self.left else self.prompt)


async def once(
    folder: Path, session: Callable[[], Terminal], **more: object
) -> DeviceReading:
    async with (
        device(answering({}), terminal=session) as met,
        SshCollector(settings(folder, met, **more)) as collector,
    ):
        reading = await collector.collect(met.device(), credentials(folder))
        assert len(met.connections) >= 1
        return reading


@pytest.mark.parametrize("page", [0, 20])
@pytest.mark.parametrize("prompt", [b"edge-1(vrf)>", b"user@edge-1> ", b"r1#"])
async def test_a_router_without_single_commands_is_read_at_its_prompt(
    tmp_path: Path, page: int, prompt: bytes
) -> None:
    reading = await once(tmp_path, partial(Terminal, page, prompt))
    assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
    assert len(reading.plans) == 4
    assert len(reading.facts.neighbours) > 8


async def test_commands_it_does_not_know_are_unsupported(tmp_path: Path) -> None:
    class Poor(Terminal):
        def obey(self, command: str) -> None:
            super().obey("" if "bgp" in command else command)

    reading = await once(tmp_path, Poor)
    assert reading.failed == ("bgp",)
    assert reading.plans["bgp"] is Outcome.UNSUPPORTED


async def test_whoever_asks_for_another_password_is_not_given_one(
    tmp_path: Path,
) -> None:
    class Asks(Terminal):
        def show(self) -> None:
            self.chan.write(b"Password: ")

    reading = await once(tmp_path, Asks)
    assert reading.outcome is Outcome.AUTH
    assert "it asks back: Password:" in reading.detail


async def test_no_prompt_is_a_timeout(tmp_path: Path) -> None:
    reading = await once(
        tmp_path, partial(Terminal, prompt=b"Welcome"), command_timeout=0.3
    )
    assert reading.outcome is Outcome.TIMEOUT


async def test_output_without_end_is_too_big(tmp_path: Path) -> None:
    class Endless(Terminal):
        def obey(self, command: str) -> None:
            if command.startswith("terminal"):
                super().obey(command)
            else:
                self.chan.write(b"  " * 400_000)

    reading = await once(tmp_path, Endless, output_limit=200_000)
    assert reading.outcome is Outcome.TOO_BIG


class Chatty(Terminal):
    def obey(self, command: str) -> None:
        super().obey(command)
        if "transceiver" in command:
            # The last thing that is asked.
            loop = asyncio.get_running_loop()
            loop.call_later(0.05, self.chan.write, b"news\r\n" * 9999)


async def test_nothing_is_kept_of_what_comes_between_two_polls(tmp_path: Path) -> None:
    async with (
        device(answering({}), terminal=Chatty) as met,
        SshCollector(settings(tmp_path, met)) as collector,
    ):
        await collector.collect(met.device("ios"), credentials(tmp_path))
        await asyncio.sleep(0.3)
        (session,) = collector._sessions.values()
        assert session._shell is not None
        assert not session._shell._line.pieces


async def test_hanging_up_in_the_middle_is_a_reset(tmp_path: Path) -> None:
    class Leaves(Terminal):
        def obey(self, command: str) -> None:
            if command.startswith("terminal"):
                super().obey(command)
            else:
                self.chan.write(b"{")
                self.chan.exit(0)

    reading = await once(tmp_path, Leaves)
    assert reading.outcome is Outcome.RESET


async def test_a_command_line_that_closes_after_each_answer_is_opened_again(
    tmp_path: Path,
) -> None:
    class Once(Terminal):
        def obey(self, command: str) -> None:
            super().obey(command)
            if not command.startswith("terminal"):
                self.chan.exit(0)

    reading = await once(tmp_path, Once)
    assert (reading.outcome, reading.failed) == (Outcome.SUCCESS, ())


async def test_no_command_line_either_is_unsupported(tmp_path: Path) -> None:
    class Closed(Terminal):
        def shell_requested(self) -> bool:
            return False

    reading = await once(tmp_path, Closed)
    assert reading.outcome is Outcome.UNSUPPORTED
    assert "no command line" in reading.detail
