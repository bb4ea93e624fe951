"""The file of what throughput tests spent, and saves that are cut short."""

import asyncio
import json
import os
import threading
from pathlib import Path

import pytest

from bellrock.runtime.spending import Spending
from tests.probes.harness import PATIENCE


def recorded(spending: Spending) -> dict[str, int]:
    turns: dict[str, int] = json.loads(spending.path.read_text())["turns"]
    return turns


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Let the first write that reaches the disk wait there; it has begun, go on."""
    begun, go_on = threading.Event(), threading.Event()
    fsync = os.fsync

    def slow(file: int) -> None:
        if not begun.is_set():
            begun.set()
            assert go_on.wait(PATIENCE)
        fsync(file)

    monkeypatch.setattr(os, "fsync", slow)
    return begun, go_on


async def test_a_save_that_is_cancelled_does_not_meet_the_next_one(
    tmp_path: Path, disk: tuple[threading.Event, threading.Event]
) -> None:
    begun, go_on = disk
    spending = Spending(tmp_path / "spent.json")
    spending.turns = {"one": 1}
    first = asyncio.create_task(spending.save())
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    first.cancel()
    await asyncio.wait((first,))
    assert first.cancelled()
    # The thread cannot be cancelled: it still writes to the file beside.
    beside = tmp_path / ".spent.json.new"
    spending.turns = {"one": 1, "other": 2_000_000_000}
    second = asyncio.create_task(spending.save())
    await asyncio.sleep(0.2)
    assert json.loads(beside.read_text())["turns"] == {"one": 1}
    assert not second.done()
    go_on.set()
    assert await second is True
    assert recorded(spending) == {"one": 1, "other": 2_000_000_000}
    assert not beside.exists()


async def test_a_save_that_fails_after_its_cancellation_leaves_the_next_one_alone(
    tmp_path: Path, disk: tuple[threading.Event, threading.Event]
) -> None:
    begun, go_on = disk
    folder = tmp_path / "there"
    folder.mkdir()
    spending = Spending(folder / "spent.json")
    first = asyncio.create_task(spending.save())
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    first.cancel()
    await asyncio.wait((first,))
    folder.rename(tmp_path / "gone")
    go_on.set()
    assert await spending.save() is False
    folder.mkdir()
    assert await spending.save() is True
    assert recorded(spending) == {}
