"""Processes that are measured: fresh, and gone when they are not needed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bellrock.bench.measurement import NotMeasuredError
from bellrock.bench.process import Say, cpu_seconds, fresh, run_program, serving
from bellrock.model.errors import UserError
from tests.probes.harness import PATIENCE, unprivileged

PARENT = """\
import time
from collections.abc import Callable
from bellrock.bench.process import serving
from tests.bench.test_process import wait_for_ever
if __name__ == "__main__":
    with serving(wait_for_ever) as served:
        print(served.ready, flush=True)
        time.sleep(60)
"""


def wait_for_ever(say: Say[int]) -> None:
    say(os.getpid())
    time.sleep(60)


def work_until_told_enough(say: Say[None]) -> None:
    say(None)
    while True:
        pass


def refuse() -> None:
    raise UserError("probe icmp: cannot open a raw socket", "ask for one")


def capture() -> None:
    with unprivileged():
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM).close()


def read_a_secret() -> None:
    with unprivileged():
        Path("/etc/shadow").read_text()


def hurry() -> None:
    with unprivileged():
        os.nice(-1)


def fail() -> None:
    raise ZeroDivisionError


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").read_text().split(")")[1].startswith(" Z")


def test_work_is_done_elsewhere_and_its_result_comes_back() -> None:
    assert fresh(pow, 2, 10) == 1024
    assert fresh(os.getpid) != os.getpid()


def test_what_a_user_can_mend_is_a_case_not_measured_with_both_its_lines() -> None:
    with pytest.raises(NotMeasuredError, match=r"raw socket\n  ask for one"):
        fresh(refuse)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (capture, r"^a raw socket: Operation not permitted: run it as root$"),
        (read_a_secret, r"^/etc/shadow: Permission denied$"),
        (
            hurry,
            r"^os.nice\(-1\) \(test_process.py:\d+\): Operation not permitted$",
        ),
    ],
)
def test_what_may_not_be_done_is_named_and_only_a_raw_socket_takes_root(
    work: Callable[[], None], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotMeasuredError, match=said):
        fresh(work)
    assert not capfd.readouterr().err


def test_a_fault_of_ours_is_no_measurement_and_no_silence(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(RuntimeError, match="process failed"):
        fresh(fail)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_serving_process_ends_with_its_context() -> None:
    with serving(wait_for_ever) as served:
        assert served.ready == served.pid
        assert alive(served.pid)
    assert not alive(served.pid)


def test_a_serving_process_ends_when_its_parent_is_killed() -> None:
    script = Path(__file__).parent.parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=script
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + PATIENCE
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not alive(pid)


def test_the_cpu_time_of_another_process_is_its_own() -> None:
    before = time.process_time()
    with serving(work_until_told_enough) as busy:
        until = time.monotonic() + PATIENCE
        while cpu_seconds(busy.pid) < 0.2 and time.monotonic() < until:
            time.sleep(0.01)
        theirs = cpu_seconds(busy.pid)
    assert theirs >= 0.2
    assert cpu_seconds(os.getpid()) >= before


def test_a_program_is_run_with_its_input_and_its_cpu_time_counted() -> None:
    program = "import os, sys; print(sys.stdin.read(), os.environ['LAMP']); sys.exit(3)"
    done, seconds = run_program(
        sys.executable, "-c", program, stdin="lit", env={"LAMP": "1811"}
    )
    assert (done.returncode, done.stdout) == (3, "lit 1811\n")
    assert seconds > 0
