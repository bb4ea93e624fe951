"""One target under the coverage-guided fuzzer, in a process of its own.

``python -m tests.collectors.snmp.fuzz.guided TARGET RUNS SEED CORPUS``: a line with
the number of inputs read so far every now and then, on standard output.
"""

import importlib
import sys
from pathlib import Path

_EVERY = 1_000
_LONGEST = 4_096
_HANG = 60
"""Seconds for one input: only where no count of steps ends it."""
_MEMORY = 1_024
"""MiB."""


def main(name: str, runs: int, seed: int, corpus: Path) -> None:
    """Run the target; the process ends with status 0 when all inputs are read."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["collectors.snmp"]):
        targets = importlib.import_module("tests.collectors.snmp.fuzz.targets")
    target = targets.TARGETS[name]
    corpus.mkdir(parents=True, exist_ok=True)
    for number, octets in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(octets)
    count = 0

    def read(octets: bytes) -> None:
        nonlocal count
        count += 1
        if count % _EVERY == 0:
            print(count, flush=True)
        try:
            target.run(octets)
        except BaseException:
            print(
                f"{name}: to try it again:\n"
                f"  python -m tests.collectors.snmp.fuzz again {name} {octets.hex()}",
                file=sys.stderr,
                flush=True,
            )
            raise

    atheris.Setup(
        [
            *(sys.argv[0], f"-runs={runs}", f"-seed={seed}", f"-max_len={_LONGEST}"),
            *(f"-timeout={_HANG}", f"-rss_limit_mb={_MEMORY}", "-verbosity=1"),
            *(f"-artifact_prefix={corpus.parent}/{name}-", str(corpus)),
        ],
        read,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
