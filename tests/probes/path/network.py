"""The diamond for tests, what is broken in it, and a router that says what it likes."""

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from scapy.layers.inet import IP

from bellrock.bench.diamond import Diamond, inside
from bellrock.bench.measurement import NotMeasuredError

OURS = 7
"""Mark of what a test's own router says, for firewalls to spare."""

_ETHERNET = 14
_ALL_IP = 0x0800
_RECEIVED = {socket.PACKET_HOST, socket.PACKET_OTHERHOST}


def built() -> Diamond:
    """Make the diamond, or skip naming what it lacks (CI=true: fail)."""
    try:
        return Diamond.start()
    except NotMeasuredError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@contextmanager
def firewall(made: Diamond, node: str, hook: str, *rules: str) -> Iterator[None]:
    """Have a node drop what the rules say, for a while; they are nft's."""
    lines = "\n".join(f"add rule inet broken there {rule}" for rule in rules)
    made.script(
        f"ip netns exec {node} nft -f - <<'END'\n"
        "add table inet broken\n"
        f"add chain inet broken there {{ type filter hook {hook} priority -10; }}\n"
        f"{lines}\nEND\n"
    )
    try:
        yield
    finally:
        made.script(f"ip netns exec {node} nft delete table inet broken")


@contextmanager
def answering(
    made: Diamond, node: str, interface: str, answers: Callable[[IP], list[IP]]
) -> Iterator[None]:
    """Have a node also answer what comes to an interface as a test wants."""
    with inside(made.network(node)):
        ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_IP))
        ear.bind((interface, _ALL_IP))
        mouth = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        mouth.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, OURS)
    over, ended = os.pipe()

    def serve() -> None:
        while True:
            ready, _, _ = select.select([ear.fileno(), over], [], [])
            if over in ready:
                return
            frame, source = ear.recvfrom(2048)
            if source[2] not in _RECEIVED:
                continue
            for answer in answers(IP(frame[_ETHERNET:])):
                mouth.sendto(bytes(answer), (answer.dst, 0))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        os.close(ended)
        thread.join()
        os.close(over)
        ear.close()
        mouth.close()
