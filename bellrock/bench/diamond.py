"""Routers of our own to trace through: a diamond of four branches, in namespaces.

::

    a - r1 - m1..m4 - r2 - b

r1 balances by flow over the four; the link from m3 to r2 takes 1,400 bytes, all others
1,500. Everything is gone when the process that made it is, however that ends.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from bellrock.bench.measurement import NotMeasuredError

TARGET = "10.230.9.2"
TARGET_V6 = "fd00:230:9::2"
TARGETS = tuple(f"10.230.9.{n}" for n in range(101, 121))
"""More addresses of b."""

BRANCHES = ("10.230.11.2", "10.230.12.2", "10.230.13.2", "10.230.14.2")
"""Where m1 to m4 answer from."""

NARROW = 1_400

_CLONE_NEWNET = 0x40000000
_HOLD = """\
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 run /run
mkdir /run/netns
mount -t sysfs sys /sys
trap '' CHLD
echo ready
exec cat
"""
_UNSHARE = (
    *("unshare", "--fork", "--pid", "--kill-child", "--mount-proc", "--mount"),
    *("--net", "sh", "-c", _HOLD),
)
_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"

_BUILD = """\
for n in a r1 m1 m2 m3 m4 r2 b; do
  ip netns add $n
  ip -n $n link set lo up
  ip netns exec $n sh -c '
    cd /proc/sys/net
    echo 1 > ipv4/ip_forward
    echo 1 > ipv4/fib_multipath_hash_policy
    echo 0 > ipv4/icmp_ratelimit
    echo 0 > ipv4/conf/all/rp_filter
    echo 0 > ipv4/conf/default/rp_filter
    echo 100000 > ipv4/icmp_msgs_per_sec 2>/dev/null || true
    echo 100000 > ipv4/icmp_msgs_burst 2>/dev/null || true
    echo 0 > ipv6/conf/default/accept_dad
    echo 0 > ipv6/conf/all/accept_dad
    echo 1 > ipv6/conf/all/forwarding
    echo 1 > ipv6/fib_multipath_hash_policy
    echo 0 > ipv6/icmp/ratelimit'
done
link() {  # one end, the other, number of the subnet
  ip link add name $2 netns $1 type veth peer name $1 netns $2
  ip -n $1 addr add 10.230.$3.1/24 dev $2
  ip -n $2 addr add 10.230.$3.2/24 dev $1
  ip -n $1 addr add fd00:230:$3::1/64 dev $2 nodad
  ip -n $2 addr add fd00:230:$3::2/64 dev $1 nodad
  ip -n $1 link set dev $2 up
  ip -n $2 link set dev $1 up
}
link a r1 1
link r2 b 9
for i in 1 2 3 4; do
  link r1 m$i 1$i
  link m$i r2 2$i
  ip -n m$i route add 10.230.0.0/16 via 10.230.2$i.2
  ip -n m$i route add 10.230.1.0/24 via 10.230.1$i.1
  ip -n m$i route add fd00:230::/32 via fd00:230:2$i::2
  ip -n m$i route add fd00:230:1::/64 via fd00:230:1$i::1
  ip -n r2 route add 10.230.1$i.0/24 via 10.230.2$i.1
done
for i in $(seq 101 120); do ip -n b addr add 10.230.9.$i/24 dev r2; done
ip -n m3 link set dev r2 mtu 1400
ip -n r2 link set dev m3 mtu 1400
ip -n a route add default via 10.230.1.2
ip -n a route add default via fd00:230:1::2
ip -n b route add default via 10.230.9.1
ip -n b route add default via fd00:230:9::1
ip -n r1 route add 10.230.0.0/16 nexthop via 10.230.11.2 nexthop via 10.230.12.2 \
  nexthop via 10.230.13.2 nexthop via 10.230.14.2
ip -n r1 route add fd00:230::/32 nexthop via fd00:230:11::2 \
  nexthop via fd00:230:12::2 nexthop via fd00:230:13::2 nexthop via fd00:230:14::2
# The way back is another for most flows: it is m1's for all.
ip -n r2 route add 10.230.1.0/24 via 10.230.21.1
ip -n r2 route add fd00:230:1::/64 via fd00:230:21::1
"""


class Diamond:
    """The namespaces, and the way in; see :func:`diamond`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        self._pid = Path(children).read_text(encoding="ascii").strip()

    @classmethod
    def start(cls) -> Self:
        """Make them.

        Raises
        ------
        NotMeasuredError
            Saying what is missing: a program, or the privilege.
        """
        for program in ("unshare", "nsenter", "ip"):
            if shutil.which(program, path=_PATH) is None:
                raise NotMeasuredError(f"{program} is not installed")
        process = subprocess.Popen(
            _UNSHARE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            env={**os.environ, "PATH": _PATH},
        )
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            process.communicate()
            raise NotMeasuredError("may not make network namespaces; run it as root")
        made = cls(process)
        try:
            made.script(_BUILD)
        except BaseException:
            made.end()
            raise
        return made

    def end(self) -> None:
        """End everything in them."""
        with self._process as process:
            process.kill()

    def script(self, text: str) -> str:
        """Run a shell script where ``ip netns`` knows them; return what it wrote.

        Raises
        ------
        NotMeasuredError
            With what it wrote, if it fails.
        """
        enter = ("nsenter", "-t", self._pid, "-m", "-n", "-p", "--", "sh", "-e", "-s")
        done = subprocess.run(
            enter,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            env={**os.environ, "PATH": _PATH},
        )
        if done.returncode:
            raise NotMeasuredError(f"cannot lay out the network: {done.stderr.strip()}")
        return done.stdout

    def network(self, node: str) -> str:
        """Return the file that is a node's network, for :func:`inside`."""
        return f"/proc/{self._pid}/root/run/netns/{node}"


@contextlib.contextmanager
def inside(network: str) -> Iterator[None]:
    """Be in a network: this thread, its sockets, and what it starts."""
    with (
        Path("/proc/thread-self/ns/net").open("rb") as outside,
        Path(network).open("rb") as there,
    ):
        _enter(there.fileno())
        try:
            yield
        finally:
            _enter(outside.fileno())


@contextlib.contextmanager
def diamond() -> Iterator[Diamond]:
    """Have the diamond for as long as the context lasts."""
    made = Diamond.start()
    try:
        yield made
    finally:
        made.end()


def _enter(descriptor: int) -> None:
    # os.setns is Python 3.12's.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
