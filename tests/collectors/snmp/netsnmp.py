"""Net-SNMP's agent and walker: the other side that we did not write."""

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from collectors.snmp.message import Pdu, PduType, encode_v2c
from tests.programs import need

_CONFIGURATION = """\
agentAddress udp:127.0.0.1:{port}
exactEngineID 0x80001f8804746573742d656e67696e65
rocommunity public 127.0.0.1
createUser plain
rouser plain noauth .1
createUser stranger SHA authpass12 AES privpass12
rocommunity system-only-7 127.0.0.1 .1.3.6.1.2.1.1
sysName tester
sysDescr an agent for tests
"""
_LINE = re.compile(r"^\.([\d.]+) = (?:[A-Za-z0-9]+: )?(.*)$")


AUTH = {
    **{"md5": "MD5", "sha": "SHA", "sha224": "SHA-224", "sha256": "SHA-256"},
    **{"sha384": "SHA-384", "sha512": "SHA-512"},
}
PRIVACY = {"aes128": "AES", "aes192": "AES-192", "aes256": "AES-256", "des": "DES"}
"""What Net-SNMP calls each protocol that both of us speak."""

PAIRS = [(auth, cipher) for auth in AUTH for cipher in PRIVACY]


def named(auth: str, cipher: str) -> str:
    """Return the name of the user whom the agent knows by these; AES-128 goes unsaid.

    A user may leave encryption out, as others do.
    """
    return auth if cipher == "aes128" else f"{auth}-{cipher}"


def _user(pair: tuple[str, str]) -> str:
    name, (auth, cipher) = named(*pair), pair
    return (
        f"createUser {name} {AUTH[auth]} authpass12 {PRIVACY[cipher]} privpass12\n"
        f"rouser {name} auth .1\n"
    )


class SnmpDaemon:
    """snmpd on a free port of 127.0.0.1, with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = need("snmpd")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
            held.bind(("127.0.0.1", 0))
            self.port = int(held.getsockname()[1])
        (folder / "conf").write_text(
            _CONFIGURATION.format(port=self.port) + "".join(map(_user, PAIRS))
        )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        environment = {
            **os.environ,
            "SNMP_PERSISTENT_DIR": str(self._folder / "state"),
            "MIBS": "",
        }
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._program, "-f", "-Lo", "-I", "-smux"),
                    # Named, or -C would leave out what the agent wrote down itself.
                    *("-C", "-c", "conf,state/snmpd.conf"),
                ],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def _wait(self) -> None:
        asked = encode_v2c(b"public", Pdu(PduType.GET, 1))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.1)
            client.connect(("127.0.0.1", self.port))
            # A minute at least, of which a busy machine may need some.
            for _ in range(1_200):
                try:
                    client.send(asked)
                    client.recv(2048)
                except TimeoutError:
                    continue
                except ConnectionRefusedError:
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError((self._folder / "log").read_text())

    def stop(self, *, forget: bool = False) -> None:
        """End it; with `forget` its boot counter is lost too."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
        if forget:
            shutil.rmtree(self._folder / "state")

    def become(self, engine: str) -> None:
        """Have another engine id when it starts next."""
        conf = self._folder / "conf"
        lines = conf.read_text().splitlines(keepends=True)
        conf.write_text(
            "".join(
                f"exactEngineID {engine}\n" if "exactEngineID" in line else line
                for line in lines
            )
        )

    @property
    def boots(self) -> int:
        """How often it has started, as it wrote down when it last ended."""
        written = (self._folder / "state" / "snmpd.conf").read_text()
        return int(re.findall(r"^engineBoots (\d+)", written, re.MULTILINE)[-1])

    def walk(self, *options: str) -> dict[str, str]:
        """Return what snmpbulkwalk reads of IF-MIB: text by dotted name."""
        where = f"127.0.0.1:{self.port}"
        cells = {}
        for table in (".1.3.6.1.2.1.2.2.1", ".1.3.6.1.2.1.31.1.1.1"):
            done = subprocess.run(
                [need("snmpbulkwalk"), *options, "-OnetU", where, table],
                env={**os.environ, "MIBS": ""},
                capture_output=True,
                text=True,
                check=True,
            )
            for line in done.stdout.splitlines():
                if match := _LINE.match(line):
                    cells[match[1]] = match[2].strip('"')
        return cells
