"""``bellrock probe`` of many targets: how far it is, the order, and Ctrl-C."""

import csv
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.terminal import HEEDED, Terminal
from tests.cli.watching import silent

_SLOW, _QUICK = ("127.0.2.9", "127.0.2.8"), ("127.0.2.7", "127.0.2.6")
_PATHS = ("path", *_SLOW, *_QUICK, "--port", "33999", "--no-mtu")


@pytest.fixture
def slow() -> Iterator[None]:
    """Have two addresses that no way can be found to: nothing answers there."""
    with ExitStack() as stack:
        for address in _SLOW:
            stack.enter_context(silent(address, 33_999))
        yield


@pytest.fixture
def hanging() -> Iterator[int]:
    """Return a port that takes connections, and says nothing to them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def probe(folder: Path, terminal: Terminal, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*HEEDED, "-m", "bellrock", "probe", *words, "--format", "csv"],
        stdout=subprocess.PIPE,
        stderr=terminal.written,
        text=True,
        cwd=folder,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )


def targets(said: str) -> list[str]:
    rows = csv.DictReader(said.splitlines())
    return list(dict.fromkeys(row["target"] for row in rows))


@pytest.mark.usefixtures("slow")
def test_at_a_terminal_it_shows_how_many_are_traced_and_then_all_in_order(
    tmp_path: Path, terminal: Terminal
) -> None:
    with probe(tmp_path, terminal, *_PATHS, "--duration", "1s") as running:
        terminal.shows("tracing, each for up to 1 s")
        terminal.shows("2 of 4")
        said, _ = running.communicate(timeout=60)
    assert targets(said) == [*_SLOW, *_QUICK]
    assert running.returncode == 1


@pytest.mark.usefixtures("slow")
def test_ctrl_c_shows_the_ways_that_were_found_until_then(
    tmp_path: Path, terminal: Terminal
) -> None:
    with probe(tmp_path, terminal, *_PATHS, "--duration", "60s") as running:
        terminal.shows("2 of 4")
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    terminal.shows("interrupted: 2 of 4 targets are shown")
    assert (targets(said), running.returncode) == ([*_QUICK], 130)
    assert "Traceback" not in terminal.shown
    assert terminal.has_its_cursor()


def test_ctrl_c_shows_what_checks_found_until_then(
    hanging: int, tmp_path: Path, terminal: Terminal
) -> None:
    words = ("tls", f"127.0.0.1:{hanging}", "127.0.0.2:1", "--deadline", "60s")
    with probe(tmp_path, terminal, *words) as running:
        terminal.shows("1 of 2")
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    assert (targets(said), running.returncode) == (["127.0.0.2:1"], 130)


@pytest.mark.usefixtures("slow")
def test_ctrl_c_shows_the_trains_that_were_measured_until_then(
    tmp_path: Path, terminal: Terminal
) -> None:
    words = ("train", _QUICK[0], _SLOW[0], "--port", "33999", "--deadline", "60s")
    with probe(tmp_path, terminal, *words) as running:
        terminal.shows(f"{_SLOW[0]}, 2 of 2")
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    assert (targets(said), running.returncode) == ([_QUICK[0]], 130)
    terminal.shows("interrupted: 1 of 2 targets are shown")
    assert "Traceback" not in terminal.shown


def test_ctrl_c_before_anything_was_found_leaves_nothing_behind(
    hanging: int, tmp_path: Path, terminal: Terminal
) -> None:
    words = ("tls", f"127.0.0.1:{hanging}", "--deadline", "60s")
    with probe(tmp_path, terminal, *words) as running:
        terminal.shows("0 of 1")
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    assert (said, running.returncode) == ("", 130)
    assert "Traceback" not in terminal.shown
