"""CSV of ``bellrock probe``: a kind's columns are the same whatever was found."""

import asyncio
import csv
import io
from pathlib import Path

import pytest

from tests.cli.test_probe import says
from tests.probes.stamp.test_reflector import reflecting
from tests.probes.throughput.server import free_port, iperf3_server

QUICK = ("--interval", "10ms", "--deadline", "200ms")


def table(output: str) -> tuple[list[str], list[dict[str, str]]]:
    rows = csv.DictReader(io.StringIO(output))
    found = list(rows)
    return list(rows.fieldnames or ()), found


async def asked(folder: Path, *words: object) -> tuple[list[str], list[dict[str, str]]]:
    done = await asyncio.to_thread(says, *words, "--format", "csv", folder=folder)
    return table(done.stdout)


async def test_a_reflector_that_answers_and_one_that_does_not(tmp_path: Path) -> None:
    words = ("stamp", "127.0.0.1", "-n", 3, *QUICK, "--port")
    async with reflecting() as reflector:
        answered, (there,) = await asked(tmp_path, *words, reflector.port)
    silent, (gone,) = await asked(tmp_path, *words, free_port())
    assert answered == silent
    assert len(answered) == len(set(answered))
    assert (there["outcomes.success"], there["forward.lost"]) == ("3", "0")
    assert (gone["outcomes.success"], gone["forward.lost"], gone["p50"]) == ("", "", "")
    assert gone["lost"] == "3"


async def test_a_transfer_and_a_server_that_is_not_there(tmp_path: Path) -> None:
    words = ("iperf3", "127.0.0.1", "--rate", "80M", "--size", "1MB", "--port")
    async with iperf3_server() as port:
        measured, both = await asked(tmp_path, *words, port)
    refused, none = await asked(tmp_path, *words, free_port())
    assert measured == refused
    assert [float(row["capacity"]) > 0 for row in both] == [True, True]
    assert [(row["outcome"], row["capacity"]) for row in none] == [("refused", "")] * 2


@pytest.mark.parametrize("kind", ["train", "tcp"])
async def test_a_far_end_that_is_not_there_has_every_column(
    kind: str, tmp_path: Path
) -> None:
    target = "127.0.0.1" if kind == "train" else f"127.0.0.1:{free_port()}"
    port = ("--port", free_port()) if kind == "train" else ()
    fields, rows = await asked(tmp_path, kind, target, *port, "--deadline", "1s")
    assert {"target", "outcome", "detail"} < set(fields)
    assert None not in rows[0]
    assert rows[0]["outcome"] != "success"
