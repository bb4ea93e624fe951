"""``bellrock reflect`` as its users meet it."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bellrock.model.observation import Outcome
from probes.stamp.sender import StampProbe
from probes.target import Target
from tests.cli.test_commands import bellrock_says
from tests.probes.harness import PATIENCE, Reports, running, until


@asynccontextmanager
async def reflect(
    *options: object,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """Run it on a free port; yields the process and the port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bellrock", "reflect", "--listen", "127.0.0.1"),
        *("--port", "0", *map(str, options)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            said = (await process.stdout.readline()).decode()
        found = re.match(r"reflecting on 127\.0\.0\.1 port (\d+), for", said)
        assert found is not None, said
        yield process, int(found[1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_answers_until_it_is_stopped_and_says_what_it_did(
    number: signal.Signals,
) -> None:
    reports = Reports()
    probe = StampProbe(interval=0.02, report=0.02)
    async with reflect("--allow", "127.0.0.0/8") as (process, port):
        engine = probe.engine([Target("a", "127.0.0.1", port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 3)
        process.send_signal(number)
        assert process.stdout is not None
        last = (await process.stdout.read()).decode()
        assert await process.wait() == 0
    counted = re.match(r"answered (\d+) in \d+ s; ignored 0, over the rate 0", last)
    assert counted is not None, last
    assert int(counted[1]) >= 3
    assert any(report.forward is not None for report in reports.all["a"])


async def test_a_key_keeps_strangers_out(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("sixteen letters or more\n")
    friend, stranger = Reports(), Reports()
    quick = {"interval": 0.02, "deadline": 0.2, "report": 0.02}
    async with reflect("--key-file", key) as (_, port):
        targets = [Target("a", "127.0.0.1", port)]
        knows = StampProbe.model_validate({**quick, "key_file": key})
        guesses = StampProbe.model_validate(quick)
        async with running(
            knows.engine(targets, report=friend),
            guesses.engine(targets, report=stranger),
        ):
            await until(lambda: len(friend.delays("a")) >= 3)
            await until(lambda: stranger.outcomes("a")[Outcome.TIMEOUT] >= 3)
    assert stranger.delays("a") == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--allow", "10.0.0.1/8"), "--allow 10.0.0.1/8: 10.0.0.1/8 has host bits set"),
        (("--listen", "here"), "--listen here: value is not a valid IPv4 or IPv6"),
        (("--key-file", "/nope"), "key_file: cannot read /nope: No such file"),
        (("--key-env", "SHORT"), "the key is too short; it needs at least 16"),
        (("--listen", "192.0.2.1"), "stamp reflector 192.0.2.1 port 862: "),
    ],
)
def test_a_mistake_is_said_in_a_line(options: tuple[str, ...], said: str) -> None:
    done = bellrock_says("reflect", *options, env={"SHORT": "hush"})
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "hush" not in done.stderr
    assert "Traceback" not in done.stderr
