"""The same poll by snmp_exporter: the same columns, to finished exposition text."""

import http.client
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml

from bellrock.bench.measurement import NotMeasuredError
from bellrock.bench.process import cpu_seconds
from bellrock.bench.snmp_agents import PORTS
from bellrock.demo.child import mortal
from bellrock.model.inventory import Device
from collectors.snmp import interfaces, system
from collectors.snmp.ber import Oid
from collectors.snmp.settings import SnmpCredentials

PROGRAM = shutil.which("prometheus-snmp-exporter")
"""Debian's; None where it is not installed."""

_MODULE = "interfaces"
_AT_ONCE = 20
_PATIENCE = 10.0
_SAID = 200
_TEXTS = (interfaces.NAME, system.DESCRIPTION, system.NAME)


def polls_per_core_second(
    devices: Sequence[Device], credentials: SnmpCredentials, seconds: float
) -> float:
    """Have it poll for about `seconds`; return polls for each second of its CPU time.

    Raises
    ------
    NotMeasuredError
        If it does not come up, or reads a device in part only.
    """
    with _exporter(credentials) as (pid, port), ThreadPoolExecutor(_AT_ONCE) as several:

        def scrape(device: Device) -> None:
            _scrape(port, device)

        list(several.map(scrape, devices))
        polls, begun, until = 0, cpu_seconds(pid), time.monotonic() + seconds
        while time.monotonic() < until:
            list(several.map(scrape, devices))
            polls += len(devices)
        return polls / (cpu_seconds(pid) - begun)


@contextmanager
def _exporter(credentials: SnmpCredentials) -> Iterator[tuple[int, int]]:
    assert PROGRAM is not None
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = int(held.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="bellrock-") as folder:
        # The folder is ours alone to read, and gone when this ends.
        config = Path(folder) / "snmp.yml"
        config.write_text(yaml.safe_dump({_MODULE: _module(credentials)}))
        process = subprocess.Popen(
            mortal(
                *(PROGRAM, f"--config.file={config}", "--log.level=error"),
                f"--web.listen-address=127.0.0.1:{port}",
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await(port)
            yield process.pid, port
        finally:
            process.kill()
            process.wait()


def _await(port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise NotMeasuredError("snmp_exporter does not come up") from None
            time.sleep(0.05)
        else:
            return


def _scrape(port: int, device: Device) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    target = f"{device.address}:{device.ports['snmp']}"
    try:
        connection.request("GET", f"/snmp?module={_MODULE}&target={target}")
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    found = text.count(f"\n{_name(interfaces.HC_IN_OCTETS)}{{".encode())
    if answer.status != http.client.OK or found != PORTS:
        said = text[:_SAID].decode("utf-8", "replace")
        raise NotMeasuredError(
            f"snmp_exporter: {found} interfaces of {PORTS} of {target}; "
            f"it answered {answer.status}: {said}"
        )


def _module(credentials: SnmpCredentials) -> dict[str, object]:
    """Write the module as snmp_exporter's generator does; Debian ships none."""
    scalars = (system.DESCRIPTION, system.UPTIME, system.NAME)
    return {
        "walk": list(map(_dotted, interfaces.COLUMNS)),
        "get": list(map(_dotted, scalars)),
        "metrics": [
            *(_metric(oid[:-1]) for oid in scalars),
            *(
                {
                    **_metric(column),
                    "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
                    "lookups": [
                        {
                            "labels": ["ifIndex"],
                            "labelname": "ifName",
                            "oid": _dotted(interfaces.NAME),
                            "type": "DisplayString",
                        }
                    ],
                }
                for column in interfaces.COLUMNS
                if column != interfaces.NAME
            ),
        ],
        "max_repetitions": 25,
        **_who(credentials),
    }


def _metric(oid: Oid) -> dict[str, object]:
    texts = {text[: len(oid)] for text in _TEXTS}
    kind = "DisplayString" if oid in texts else "gauge"
    return {"name": _name(oid), "oid": _dotted(oid), "type": kind, "help": _name(oid)}


def _who(credentials: SnmpCredentials) -> dict[str, object]:
    if credentials.auth is None or credentials.privacy is None:
        return {"version": 2, "auth": {"community": credentials.community.decode()}}
    auth = {
        "security_level": "authPriv",
        "username": credentials.user,
        "password": credentials.auth.password.decode(),
        "auth_protocol": credentials.auth.protocol.upper(),
        "priv_password": credentials.privacy.password.decode(),
        "priv_protocol": "AES",
    }
    return {"version": 3, "auth": auth}


def _name(oid: Oid) -> str:
    return "oid_" + "_".join(map(str, oid))


def _dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))
