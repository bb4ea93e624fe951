"""``bellrock run`` with classes of service: each marked, counted and reloaded apart."""

import asyncio
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bellrock.model import catalogue
from tests.cli.test_reload import said, sockets
from tests.cli.watching import free_port, monitor

_CLASSES = "classes: {voice: {dscp: 46, delay: 100ms, loss: 1e-3}, bulk: {dscp: 8}}\n"


class Selective:
    """Answers as a reflector does, except what is marked with one code point.

    Attributes
    ----------
    marks : Counter of int
        The code points of what came.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.dropped: int | None = None
        self.marks: Counter[int] = Counter()
        asyncio.get_running_loop().add_reader(sock, self._answer)

    def _answer(self) -> None:
        data, ancillary, _, source = self.sock.recvmsg(2000, 100)
        (tos,) = (value[0] for _, kind, value in ancillary if kind == socket.IP_TOS)
        self.marks[tos >> 2] += 1
        if tos >> 2 != self.dropped:
            reply = data[:4] + data[4:12] + bytes(4) + data[4:12] + data[:14] + bytes(6)
            self.sock.sendto(reply, source)


@contextmanager
def selective(address: str, port: int) -> Iterator[Selective]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        sock.setblocking(False)
        sock.bind((address, port))
        try:
            yield Selective(sock)
        finally:
            asyncio.get_running_loop().remove_reader(sock)


def add_classes(folder: Path, classes: str = "voice, bulk") -> None:
    """Have the settings' probe send in these classes."""
    path = folder / "bellrock.yaml"
    text = path.read_text()
    assert "stamp: {" in text
    path.write_text(text.replace("stamp: {", f"stamp: {{classes: [{classes}], "))


async def test_classes_are_marked_and_one_that_is_dropped_silences_no_device(
    tmp_path: Path,
) -> None:
    port = free_port()
    with selective("127.0.0.1", port), selective("127.0.0.2", port) as cpe:
        async with monitor(tmp_path, port, settings=_CLASSES) as running:
            await running.until(1, catalogue.DEVICE_UP, device="cpe")
            assert cpe.marks.keys() == {0}
            add_classes(tmp_path)
            running.process.send_signal(signal.SIGHUP)
            await said(running, b"reloaded")
            await running.until(46, catalogue.PROBE_SENT_DSCP, **{"class": "voice"})
            cpe.dropped = 46
            cpe.marks.clear()
            at = {"target": "cpe", "direction": "round_trip"}
            voice, bulk = ({**at, "class": name} for name in ("voice", "bulk"))
            for _ in range(300):
                if (await running.value(catalogue.PROBE_LOST, **voice) or 0) >= 10:
                    break
                await asyncio.sleep(0.1)
            assert cpe.marks.keys() == {46, 8}
            assert await running.value(catalogue.DEVICE_UP, device="cpe") == 1
            assert await running.value(catalogue.PROBE_LOST, **bulk) == 0
            assert await running.value(catalogue.PROBE_DELAY_MEAN, **bulk) is not None
            assert await running.value(catalogue.CLASS_LOSS_TARGET) == 0.001
            page = (await running.client.get("/metrics")).text
            assert 'class="default"' not in page
            assert await running.value(catalogue.FAULTS) is None


async def test_another_class_disturbs_none_that_are_there(tmp_path: Path) -> None:
    port = free_port()
    with selective("127.0.0.1", port), selective("127.0.0.2", port):
        async with monitor(tmp_path, port, settings=_CLASSES) as running:
            add_classes(tmp_path, "voice")
            await running.until(1, catalogue.DEVICE_UP, device="cpe")
            running.process.send_signal(signal.SIGHUP)
            await running.until(46, catalogue.PROBE_SENT_DSCP, **{"class": "voice"})
            path = tmp_path / "bellrock.yaml"
            path.write_text(path.read_text().replace("[voice]", "[bulk, voice]"))
            before = sockets(running.process.pid)
            running.process.send_signal(signal.SIGHUP)
            await running.until(8, catalogue.PROBE_SENT_DSCP, **{"class": "bulk"})
            assert before < sockets(running.process.pid)
            path.write_text(path.read_text().replace("dscp: 8", "dscp: 10"))
            running.process.send_signal(signal.SIGHUP)
            await running.until(10, catalogue.PROBE_SENT_DSCP, **{"class": "bulk"})
            assert before < sockets(running.process.pid)


async def test_a_class_that_is_not_there_keeps_the_old_settings(tmp_path: Path) -> None:
    port = free_port()
    with selective("127.0.0.1", port), selective("127.0.0.2", port):
        async with monitor(tmp_path, port, settings=_CLASSES) as running:
            await running.until(1, catalogue.DEVICE_UP, device="cpe")
            add_classes(tmp_path, "vioce")
            running.process.send_signal(signal.SIGHUP)
            heard = await said(running, b"classes has no vioce")
            assert b"bellrock.yaml:3: probes.stamp.classes[0]" in heard
            assert await running.value(catalogue.CONFIG_RELOAD) == 0
