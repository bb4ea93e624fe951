"""``make fuzz``: so many inputs, on all processors, with what was read so far.

``python -m tests.collectors.snmp.fuzz COUNT``, and ``... again TARGET HEX`` for one.
"""

import importlib.util
import os
import random
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from tests.collectors.snmp.fuzz import mutation
from tests.collectors.snmp.fuzz.targets import TARGETS

_WORK = Path(".cache/fuzz")
_BY_CHANCE = "by chance"
_ROUND = 50_000
_LINES = 40
"""Lines of a failed fuzzer that are shown."""


@dataclass
class Job:
    """A process that reads a part of the inputs of one target."""

    target: str
    count: int
    command: list[str]
    said: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))


def jobs(total: int, *, guided: bool) -> Iterator[Job]:
    """Yield what to do; where coverage cannot guide, chance does all of it."""
    dice = random.SystemRandom()
    left = total
    for name, target in TARGETS.items() if guided else ():
        count = total * target.share // 1000
        left -= count
        seed = str(dice.randrange(1, 2**31))
        yield Job(
            *(name, count),
            [
                *(sys.executable, "-m", "tests.collectors.snmp.fuzz.guided"),
                *(name, str(count), seed, str(_WORK / name)),
            ],
        )
    while left > 0:
        count = min(left, 10 * _ROUND)
        left -= count
        arguments = (str(dice.randrange(2**40)), str(count))
        yield Job(
            *(_BY_CHANCE, count),
            [sys.executable, "-m", "tests.collectors.snmp.fuzz", "chance", *arguments],
        )


def run(job: Job, progress: Progress, bar: object) -> bool:
    """Run a job to its end; return whether all of its inputs were read."""
    with subprocess.Popen(
        job.command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        seen = 0
        for line in process.stdout:
            if line.strip().isdigit():
                now = int(line)
                progress.advance(bar, now - seen)  # type: ignore[arg-type]
                seen = now
            else:
                job.said.append(line.rstrip())
    whole = process.returncode == 0 and seen_all(job, seen)
    if whole:
        progress.advance(bar, job.count - seen)  # type: ignore[arg-type]
        if not progress.console.is_terminal:
            print(f"{job.target}: {job.count:,} more", flush=True)
    return whole


def seen_all(job: Job, seen: int) -> bool:
    """Return whether a process that ended well read what it should."""
    if job.target == _BY_CHANCE:
        return seen == job.count
    done = [re.search(r"^Done (\d+) runs", line) for line in job.said]
    return any(match and int(match[1]) >= job.count for match in done)


def main(total: int) -> int:
    """Read `total` inputs; return the exit status."""
    guided = importlib.util.find_spec("atheris") is not None
    if not guided:
        print("no coverage-guided fuzzer here (atheris): all inputs are by chance")
    todo = list(jobs(total, guided=guided))
    console = Console()
    columns = (
        *(TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn()),
        TimeRemainingColumn(),
    )
    with (
        Progress(*columns, console=console) as progress,
        ThreadPoolExecutor(os.cpu_count()) as several,
    ):
        bars = {
            name: progress.add_task(
                name, total=sum(job.count for job in todo if job.target == name)
            )
            for name in dict.fromkeys(job.target for job in todo)
        }
        ends = several.map(lambda job: run(job, progress, bars[job.target]), todo)
        failed = [job for job, whole in zip(todo, ends, strict=True) if not whole]
    for job in failed:
        print(f"\n{job.target} failed:", *job.said, sep="\n")
    if failed:
        return 1
    print(f"{sum(job.count for job in todo):,} inputs read, and nothing is at fault")
    return 0


def by_chance(seed: int, count: int) -> None:
    """Read mutated datagrams, telling how many."""
    read = 0
    while read < count:
        read += mutation.run(seed + read, min(_ROUND, count - read))
        print(read, flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["again", name, octets]:
            TARGETS[name].run(bytes.fromhex(octets))
        case ["chance", seed, count]:
            by_chance(int(seed), int(count))
        case [total]:
            sys.exit(main(int(total)))
        case _:
            sys.exit(__doc__)
